using Lanewise.Engine;

namespace Lanewise.Tests.Engine;

/// <summary>Finds kinks, points where a network is not differentiable: ReLU at zero, max pooling at two equal maxima.</summary>
internal static class Kinks
{
    /// <summary>
    /// Returns the distance of the last forward pass to the nearest kink, without exact zeros and ties, which are the same in any
    /// precision.
    /// </summary>
    public static double Nearest(ReferenceEngine engine, Network network)
    {
        double nearest = double.MaxValue;
        foreach (var node in network.Nodes.Where(n => n.Op is ReLU or MaxPool2d))
        {
            for (int i = 0; i < engine.Count; i++)
            {
                var input = engine.ValuesAt(node.Inputs[0], i);
                nearest = Math.Min(nearest, node.Op is MaxPool2d pool
                    ? NearestTie(pool, node.Inputs[0].Shape, node.Shape, input, engine.ValuesAt(node, i))
                    : input.ToArray().Where(v => v != 0).Select(Math.Abs).DefaultIfEmpty(double.MaxValue).Min());
            }
        }

        return nearest;
    }

    private static double NearestTie(MaxPool2d pool, Shape x, Shape y, ReadOnlySpan<double> input, ReadOnlySpan<double> output)
    {
        double nearest = double.MaxValue;
        for (int i = 0; i < output.Length; i++)
        {
            int c = i / y.Pixels, top = i % y.Pixels / y.Width * pool.Stride.Height - pool.Padding.Top;
            int left = i % y.Width * pool.Stride.Width - pool.Padding.Left;
            for (int h = Math.Max(0, top); h < Math.Min(x.Height, top + pool.KernelSize.Height); h++)
            {
                for (int w = Math.Max(0, left); w < Math.Min(x.Width, left + pool.KernelSize.Width); w++)
                {
                    double gap = output[i] - input[(c * x.Height + h) * x.Width + w];
                    nearest = gap > 0 ? Math.Min(nearest, gap) : nearest;
                }
            }
        }

        return nearest;
    }
}
