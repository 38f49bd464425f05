using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>Average pooling in plain loops; padded zeros count as pixels or not, as PyTorch's count_include_pad says.</summary>
internal static class AvgPool2dReference
{
    /// <summary>Writes y: each window's mean.</summary>
    public static void Forward(AvgPool2d op, Volume x, Volume y)
    {
        Array.Clear(y.Values);
        ForEachPixel(op, x, y, (c, p, q, h, w, pixels) => y[c, p, q] += x[c, h, w] / pixels);
    }

    /// <summary>Adds to dx: each output's gradient, spread evenly over its window.</summary>
    public static void Backward(AvgPool2d op, Volume dy, Volume dx) =>
        ForEachPixel(op, dx, dy, (c, p, q, h, w, pixels) => dx[c, h, w] += dy[c, p, q] / pixels);

    private static void ForEachPixel(AvgPool2d op, Volume x, Volume y, Action<int, int, int, int, int, int> visit)
    {
        for (int c = 0; c < y.Shape.Channels; c++)
        {
            for (int p = 0; p < y.Shape.Height; p++)
            {
                for (int q = 0; q < y.Shape.Width; q++)
                {
                    var window = Window(op, x, p, q);
                    int pixels = op.CountIncludePad ? op.Kernel * op.Kernel : window.Count;
                    foreach (var (h, w) in window)
                    {
                        visit(c, p, q, h, w, pixels);
                    }
                }
            }
        }
    }

    private static List<(int H, int W)> Window(AvgPool2d op, Volume x, int p, int q)
    {
        var window = new List<(int, int)>();
        for (int r = 0; r < op.Kernel; r++)
        {
            for (int s = 0; s < op.Kernel; s++)
            {
                int h = p * op.Stride + r - op.Padding, w = q * op.Stride + s - op.Padding;
                if (x.Holds(h, w))
                {
                    window.Add((h, w));
                }
            }
        }

        return window;
    }
}
