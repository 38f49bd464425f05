namespace Lanewise.Engine;

/// <summary>Computes local response normalization in plain loops. Indices: c output channel, i channel of its neighborhood.</summary>
internal sealed class LocalResponseNormReference : ImageReference<LocalResponseNorm>
{
    /// <summary>Writes y[c] = x[c] / (k + alpha / size · Σ x[i]²)^beta.</summary>
    protected override void Forward(LocalResponseNorm op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        y.ForEach((c, h, w) => y[c, h, w] = x[0][c, h, w] * Math.Pow(Base(op, x[0], c, h, w), -op.Beta));

    /// <summary>Adds dy[c] / base[c]^beta to dx[c], and the derivative of y[c] through x[i]² to dx[i] of each neighbor.</summary>
    protected override void Backward(
        LocalResponseNorm op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        var (x, dx, dy) = (value.X[0], gradient.Dx[0], gradient.Dy);
        dy.ForEach((c, h, w) =>
        {
            double sum = Base(op, x, c, h, w);
            dx[c, h, w] += dy[c, h, w] * Math.Pow(sum, -op.Beta);
            double perSquare = -op.Beta * Math.Pow(sum, -op.Beta - 1) * op.Alpha / op.Size * x[c, h, w] * dy[c, h, w];
            foreach (int i in Neighbors(op, x, c))
            {
                dx[i, h, w] += perSquare * 2 * x[i, h, w];
            }
        });
    }

    private static double Base(LocalResponseNorm op, Volume x, int c, int h, int w)
    {
        double squares = 0;
        foreach (int i in Neighbors(op, x, c))
        {
            squares += x[i, h, w] * x[i, h, w];
        }

        return op.K + (double)op.Alpha / op.Size * squares;
    }

    private static IEnumerable<int> Neighbors(LocalResponseNorm op, Volume x, int c)
    {
        int first = Math.Max(0, c - op.Size / 2), last = Math.Min(x.Shape.Channels - 1, c + (op.Size - 1) / 2);
        return Enumerable.Range(first, last - first + 1);
    }
}
