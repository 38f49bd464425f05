namespace Lanewise.Engine;

/// <summary>Computes a linear layer as two plain loops. Indices: k output feature, c input feature.</summary>
internal sealed class LinearReference : ImageReference<Linear>
{
    /// <summary>Writes y[k] = bias[k] + Σ w[k][c] · x[c], over c.</summary>
    protected override void Forward(Linear op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        double[] weight = node.Value(0), from = x[0].Values, to = y.Values;
        double[]? bias = node.ValueOrNull(1);
        for (int k = 0; k < to.Length; k++)
        {
            to[k] = bias?[k] ?? 0;
            for (int c = 0; c < from.Length; c++)
            {
                to[k] += weight[k * from.Length + c] * from[c];
            }
        }
    }

    /// <summary>Adds Σ w[k][c] · dy[k], over k, to dx[c], x[c] · dy[k] to dw[k][c], and dy[k] to db[k].</summary>
    protected override void Backward(
        Linear op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        double[] x = value.X[0].Values, dx = gradient.Dx[0].Values, dy = gradient.Dy.Values;
        double[] weight = node.Value(0), dw = node.Gradient(0)!;
        double[]? db = node.Gradient(1);
        for (int k = 0; k < dy.Length; k++)
        {
            for (int c = 0; c < x.Length; c++)
            {
                dw[k * x.Length + c] += x[c] * dy[k];
                dx[c] += weight[k * x.Length + c] * dy[k];
            }

            if (db is not null)
            {
                db[k] += dy[k];
            }
        }
    }
}
