namespace Lanewise.Engine;

/// <summary>
/// Computes average pooling in plain loops. Padding counts as pixels or not, as PyTorch's count_include_pad specifies; positions of a
/// ceil-mode window beyond the padding never count.
/// </summary>
internal sealed class AvgPool2dReference : ImageReference<AvgPool2d>
{
    /// <summary>Writes the mean of each window to y.</summary>
    protected override void Forward(AvgPool2d op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        ForEachPixel(op, x[0], y, (c, p, q, h, w, pixels) => y[c, p, q] += x[0][c, h, w] / pixels);

    /// <summary>Adds the gradient of each output to dx, distributed evenly over its window.</summary>
    protected override void Backward(
        AvgPool2d op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        ForEachPixel(op, gradient.Dx[0], gradient.Dy, (c, p, q, h, w, pixels) => gradient.Dx[0][c, h, w] += gradient.Dy[c, p, q] / pixels);

    private static void ForEachPixel(AvgPool2d op, Volume x, Volume y, Action<int, int, int, int, int, int> visit) => y.ForEach((c, p, q) =>
    {
        var (padded, window) = Window(op, x, p, q);
        foreach (var (h, w) in window)
        {
            visit(c, p, q, h, w, op.CountIncludePad ? padded : window.Count);
        }
    });

    /// <summary>Returns the pixels of a window, and their number with the padding.</summary>
    private static (int Padded, List<(int H, int W)> Pixels) Window(AvgPool2d op, Volume x, int p, int q)
    {
        int padded = 0;
        var pixels = new List<(int, int)>();
        for (int r = 0; r < op.KernelSize.Height; r++)
        {
            for (int s = 0; s < op.KernelSize.Width; s++)
            {
                int h = p * op.Stride.Height + r * op.Dilation.Height - op.Padding.Top;
                int w = q * op.Stride.Width + s * op.Dilation.Width - op.Padding.Left;
                padded += h < x.Shape.Height + op.Padding.Bottom && w < x.Shape.Width + op.Padding.Right ? 1 : 0;
                if (x.Contains(h, w))
                {
                    pixels.Add((h, w));
                }
            }
        }

        return (padded, pixels);
    }
}
