namespace Lanewise.Engine;

/// <summary>
/// Computes max pooling in plain loops; of equal maxima the first in row-major order wins, as in PyTorch, and padding never wins.
/// </summary>
internal sealed class MaxPool2dReference : ImageReference<MaxPool2d>
{
    /// <summary>Writes the maximum of each window to y.</summary>
    protected override void Forward(MaxPool2d op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        ForEachWindow(op, x[0], y, (c, p, q, h, w) => y[c, p, q] = x[0][c, h, w]);

    /// <summary>Adds the gradient of each output to dx at the position of the maximum.</summary>
    protected override void Backward(
        MaxPool2d op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        ForEachWindow(op, value.X[0], gradient.Dy, (c, p, q, h, w) => gradient.Dx[0][c, h, w] += gradient.Dy[c, p, q]);

    private static void ForEachWindow(MaxPool2d op, Volume x, Volume y, Action<int, int, int, int, int> visit) => y.ForEach((c, p, q) =>
    {
        var (h, w) = Maximum(op, x, c, p, q);
        visit(c, p, q, h, w);
    });

    private static (int H, int W) Maximum(MaxPool2d op, Volume x, int c, int p, int q)
    {
        (int H, int W)? best = null;
        for (int r = 0; r < op.KernelSize.Height; r++)
        {
            for (int s = 0; s < op.KernelSize.Width; s++)
            {
                int h = p * op.Stride.Height + r * op.Dilation.Height - op.Padding.Top;
                int w = q * op.Stride.Width + s * op.Dilation.Width - op.Padding.Left;
                if (x.Contains(h, w) && (best is not { } b || x[c, h, w] > x[c, b.H, b.W]))
                {
                    best = (h, w);
                }
            }
        }

        return best!.Value;
    }
}
