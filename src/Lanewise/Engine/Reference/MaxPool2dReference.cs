using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>Max pooling in plain loops; of equal maxima the first in row-major order wins, as in PyTorch, and padding never does.</summary>
internal static class MaxPool2dReference
{
    /// <summary>Writes y: each window's maximum.</summary>
    public static void Forward(MaxPool2d op, Volume x, Volume y) =>
        ForEachWindow(op, x, y, (c, p, q, h, w) => y[c, p, q] = x[c, h, w]);

    /// <summary>Adds to dx: each output's gradient, where its maximum stood.</summary>
    public static void Backward(MaxPool2d op, Volume x, Volume dy, Volume dx) =>
        ForEachWindow(op, x, dy, (c, p, q, h, w) => dx[c, h, w] += dy[c, p, q]);

    private static void ForEachWindow(MaxPool2d op, Volume x, Volume y, Action<int, int, int, int, int> visit)
    {
        for (int c = 0; c < y.Shape.Channels; c++)
        {
            for (int p = 0; p < y.Shape.Height; p++)
            {
                for (int q = 0; q < y.Shape.Width; q++)
                {
                    var (h, w) = Winner(op, x, c, p, q);
                    visit(c, p, q, h, w);
                }
            }
        }
    }

    private static (int H, int W) Winner(MaxPool2d op, Volume x, int c, int p, int q)
    {
        (int H, int W)? best = null;
        for (int r = 0; r < op.Kernel; r++)
        {
            for (int s = 0; s < op.Kernel; s++)
            {
                int h = p * op.Stride + r - op.Padding, w = q * op.Stride + s - op.Padding;
                if (x.Holds(h, w) && (best is not { } b || x[c, h, w] > x[c, b.H, b.W]))
                {
                    best = (h, w);
                }
            }
        }

        return best!.Value;
    }
}
