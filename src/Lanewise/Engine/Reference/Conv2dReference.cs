namespace Lanewise.Engine;

/// <summary>
/// Computes convolution as seven plain loops. Indices: k output channel, c input channel within its group, p q output row and column,
/// r s kernel row and column.
/// </summary>
internal sealed class Conv2dReference : ImageReference<Conv2d>
{
    /// <summary>
    /// Writes y[k][p][q] = bias[k] + Σ over (c, r, s) of
    /// w[k][c][r][s] · x[c][p·stride + r·dilation − top padding][q·stride + s·dilation − left padding].
    /// </summary>
    protected override void Forward(Conv2d op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        double[] weight = node.Value(0);
        double[]? bias = node.ValueOrNull(1);
        y.ForEach((k, p, q) => y[k, p, q] = bias?[k] ?? 0);
        ForEachProduct(op, x[0], y, (k, c, h, w, p, q, i) => y[k, p, q] += weight[i] * x[0][c, h, w]);
    }

    /// <summary>
    /// Adds Σ w · dy to dx, over all products with the pixel, Σ x · dy to dw, over all products with the weight, and Σ dy to db.
    /// </summary>
    protected override void Backward(
        Conv2d op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        var (x, dx, dy) = (value.X[0], gradient.Dx[0], gradient.Dy);
        double[] weight = node.Value(0), dw = node.Gradient(0)!;
        ForEachProduct(op, x, dy, (k, c, h, w, p, q, i) =>
        {
            dw[i] += x[c, h, w] * dy[k, p, q];
            dx[c, h, w] += weight[i] * dy[k, p, q];
        });
        if (node.Gradient(1) is { } db)
        {
            dy.ForEach((k, p, q) => db[k] += dy[k, p, q]);
        }
    }

    /// <summary>Visits every product of the convolution: output (k, p, q), input (c, h, w), weight i.</summary>
    private static void ForEachProduct(Conv2d op, Volume x, Volume y, Product visit) =>
        y.ForEach((k, p, q) => ForEachProduct(op, x, (k, p, q), visit));

    private static void ForEachProduct(Conv2d op, Volume x, (int K, int P, int Q) y, Product visit)
    {
        int channels = x.Shape.Channels / op.Groups, first = y.K / (op.OutChannels / op.Groups) * channels;
        for (int c = 0; c < channels; c++)
        {
            for (int r = 0; r < op.KernelSize.Height; r++)
            {
                for (int s = 0; s < op.KernelSize.Width; s++)
                {
                    int h = y.P * op.Stride.Height + r * op.Dilation.Height - op.Padding.Top;
                    int w = y.Q * op.Stride.Width + s * op.Dilation.Width - op.Padding.Left;
                    if (x.Contains(h, w))
                    {
                        visit(y.K, first + c, h, w, y.P, y.Q, ((y.K * channels + c) * op.KernelSize.Height + r) * op.KernelSize.Width + s);
                    }
                }
            }
        }
    }

    private delegate void Product(int k, int c, int h, int w, int p, int q, int weight);
}
