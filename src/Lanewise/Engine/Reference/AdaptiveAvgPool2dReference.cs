namespace Lanewise.Engine;

/// <summary>Average pooling to a given size in plain loops: output p averages the rows ⌊p·H / P⌋ … ⌈(p + 1)·H / P⌉ − 1, and q the columns likewise.</summary>
internal static class AdaptiveAvgPool2dReference
{
    /// <summary>Writes y: each window's mean.</summary>
    public static void Forward(Volume x, Volume y)
    {
        Array.Clear(y.Values);
        ForEachPixel(x, y, (c, p, q, h, w, pixels) => y[c, p, q] += x[c, h, w] / pixels);
    }

    /// <summary>Adds to dx: each output's gradient, spread evenly over its window.</summary>
    public static void Backward(Volume dy, Volume dx) =>
        ForEachPixel(dx, dy, (c, p, q, h, w, pixels) => dx[c, h, w] += dy[c, p, q] / pixels);

    private static void ForEachPixel(Volume x, Volume y, Action<int, int, int, int, int, int> visit) => y.ForEach((c, p, q) =>
    {
        var (top, bottom) = Range(p, x.Shape.Height, y.Shape.Height);
        var (left, right) = Range(q, x.Shape.Width, y.Shape.Width);
        for (int h = top; h < bottom; h++)
        {
            for (int w = left; w < right; w++)
            {
                visit(c, p, q, h, w, (bottom - top) * (right - left));
            }
        }
    });

    private static (int From, int To) Range(int output, int inputs, int outputs) =>
        (output * inputs / outputs, ((output + 1) * inputs + outputs - 1) / outputs);
}
