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
        int top = p * op.Stride.Height - op.Padding.Top, bottom = Math.Min(top + op.KernelSize.Height, x.Shape.Height + op.Padding.Bottom);
        int left = q * op.Stride.Width - op.Padding.Left, right = Math.Min(left + op.KernelSize.Width, x.Shape.Width + op.Padding.Right);
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
                if (x.Contains(h, w))
                {
                    window.Add((h, w));
                }
            }
        }

        return window;
    }
}
