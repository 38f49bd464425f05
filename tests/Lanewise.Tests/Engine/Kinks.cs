using Lanewise.Engine;

namespace Lanewise.Tests.Engine;

/// <summary>
/// Finds kinks, points where a network is not differentiable: ReLU at zero, other elementwise functions at the ends of their pieces, max
/// pooling at two equal maxima.
/// </summary>
internal static class Kinks
{
    /// <summary>
    /// Returns the distance of the last forward pass to the nearest kink, without exact zeros and ties, which are the same in any
    /// precision.
    /// </summary>
    public static double Nearest(ReferenceEngine engine, Network network)
    {
        double nearest = double.MaxValue;
        foreach (var node in network.Nodes.Where(n => n.Op is MaxPool2d || Of(n.Op).Length > 0))
        {
            for (int i = 0; i < engine.Count; i++)
            {
                var input = engine.ValuesAt(node.Inputs[0], i);
                nearest = Math.Min(nearest, node.Op is MaxPool2d pool
                    ? NearestTie(pool, node.Inputs[0].Shape, node.Shape, input, engine.ValuesAt(node, i))
                    : NearestOf(Of(node.Op), input));
            }
        }

        return nearest;
    }

    /// <summary>Returns the inputs at which an elementwise function has a kink; none for other ops.</summary>
    private static double[] Of(Op op) => op switch
    {
        ReLU or LeakyReLU => [0],
        Hardtanh clip => [clip.Min, clip.Max],
        Hardsigmoid hard => [-hard.Beta / (double)hard.Alpha, (1 - (double)hard.Beta) / hard.Alpha],
        Hardswish => [-3, 3],
        _ => [],
    };

    private static double NearestOf(double[] kinks, ReadOnlySpan<double> input)
    {
        double nearest = double.MaxValue;
        foreach (double value in input)
        {
            foreach (double kink in kinks)
            {
                double gap = Math.Abs(value - kink);
                nearest = gap > 0 ? Math.Min(nearest, gap) : nearest;
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
            for (int r = 0; r < pool.KernelSize.Height * pool.KernelSize.Width; r++)
            {
                int h = top + r / pool.KernelSize.Width * pool.Dilation.Height, w = left + r % pool.KernelSize.Width * pool.Dilation.Width;
                double gap = (uint)h < x.Height && (uint)w < x.Width ? output[i] - input[(c * x.Height + h) * x.Width + w] : 0;
                nearest = gap > 0 ? Math.Min(nearest, gap) : nearest;
            }
        }

        return nearest;
    }
}
