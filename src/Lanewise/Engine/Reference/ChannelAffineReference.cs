namespace Lanewise.Engine;

/// <summary>Computes weight · x + bias, channel by channel, in plain loops.</summary>
internal sealed class ChannelAffineReference : ImageReference<ChannelAffine>
{
    /// <summary>Writes weight[c] · x + bias[c] to y.</summary>
    protected override void Forward(ChannelAffine op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        double[] weight = node.Value(0);
        double[]? bias = node.ValueOrNull(1);
        y.ForEach((c, h, w) => y[c, h, w] = weight[c] * x[0][c, h, w] + (bias?[c] ?? 0));
    }

    /// <summary>Adds Σ dy · x to dw[c], Σ dy to db[c] and weight[c] · dy to dx.</summary>
    protected override void Backward(
        ChannelAffine op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        var (x, dx, dy, weight) = (value.X[0], gradient.Dx[0], gradient.Dy, node.Value(0));
        double[] weightGradient = node.Gradient(0)!;
        double[]? biasGradient = node.Gradient(1);
        dy.ForEach((c, h, w) =>
        {
            dx[c, h, w] += weight[c] * dy[c, h, w];
            weightGradient[c] += dy[c, h, w] * x[c, h, w];
            if (biasGradient is not null)
            {
                biasGradient[c] += dy[c, h, w];
            }
        });
    }
}
