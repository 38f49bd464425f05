using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>
/// Average pooling in plain loops; padded zeros count as pixels or not, as PyTorch's count_include_pad says. What a window in ceil
/// mode reaches beyond the padding never counts.
/// </summary>
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

    private static void ForEachPixel(AvgPool2d op, Volume x, Volume y, Action<int, int, int, int, int, int> visit) => y.ForEach((c, p, q) =>
    {
        int top = p * op.Stride - op.Padding, left = q * op.Stride - op.Padding;
        int bottom = Math.Min(top + op.Kernel, x.Shape.Height + op.Padding), right = Math.Min(left + op.Kernel, x.Shape.Width + op.Padding);
        var window = Window(x, (top, bottom), (left, right));
        int pixels = op.CountIncludePad ? (bottom - top) * (right - left) : window.Count;
        foreach (var (h, w) in window)
        {
            visit(c, p, q, h, w, pixels);
        }
    });

    private static List<(int H, int W)> Window(Volume x, (int From, int To) rows, (int From, int To) columns)
    {
        var window = new List<(int, int)>();
        for (int h = rows.From; h < rows.To; h++)
        {
            for (int w = columns.From; w < columns.To; w++)
            {
                if (x.Holds(h, w))
                {
                    window.Add((h, w));
                }
            }
        }

        return window;
    }
}
