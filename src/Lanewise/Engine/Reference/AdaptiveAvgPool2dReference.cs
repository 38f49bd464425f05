namespace Lanewise.Engine;

/// <summary>
/// Computes average pooling to a given output size in plain loops: output row p averages the input rows ⌊p·H / P⌋ … ⌈(p + 1)·H / P⌉ − 1,
/// and columns likewise.
/// </summary>
internal sealed class AdaptiveAvgPool2dReference : ImageReference<AdaptiveAvgPool2d>
{
    /// <summary>Writes the mean of each window to y.</summary>
    protected override void Forward(AdaptiveAvgPool2d op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        ForEachPixel(x[0], y, (c, p, q, h, w, pixels) => y[c, p, q] += x[0][c, h, w] / pixels);

    /// <summary>Adds the gradient of each output to dx, distributed evenly over its window.</summary>
    protected override void Backward(
        AdaptiveAvgPool2d op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        ForEachPixel(gradient.Dx[0], gradient.Dy, (c, p, q, h, w, pixels) => gradient.Dx[0][c, h, w] += gradient.Dy[c, p, q] / pixels);

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
