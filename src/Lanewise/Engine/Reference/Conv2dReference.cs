using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>
/// Conv2d as seven plain loops. k output channel, c input channel within its group, p q output row and column, r s kernel row and
/// column.
/// </summary>
internal static class Conv2dReference
{
    /// <summary>Writes y[k][p][q] = bias[k] + Σ over (c, r, s) of w[k][c][r][s] · x[c][p·stride + r·dilation − padding][q·stride + s·dilation − padding].</summary>
    public static void Forward(Conv2d op, Volume x, double[] weight, double[]? bias, Volume y)
    {
        for (int k = 0; k < y.Shape.Channels; k++)
        {
            for (int p = 0; p < y.Shape.Height; p++)
            {
                for (int q = 0; q < y.Shape.Width; q++)
                {
                    y[k, p, q] = bias?[k] ?? 0;
                }
            }
        }

        ForEachProduct(op, x, y, (k, c, h, w, p, q, i) => y[k, p, q] += weight[i] * x[c, h, w]);
    }

    /// <summary>Adds to dx: w · dy of every product that the pixel takes part in.</summary>
    public static void BackwardInput(Conv2d op, Volume dy, double[] weight, Volume dx) =>
        ForEachProduct(op, dx, dy, (k, c, h, w, p, q, i) => dx[c, h, w] += weight[i] * dy[k, p, q]);

    /// <summary>Adds to dw: x · dy of every product that the weight takes part in; and to db: Σ dy.</summary>
    public static void BackwardWeights(Conv2d op, Volume x, Volume dy, double[] weightGradient, double[]? biasGradient)
    {
        ForEachProduct(op, x, dy, (k, c, h, w, p, q, i) => weightGradient[i] += x[c, h, w] * dy[k, p, q]);
        for (int i = 0; i < dy.Values.Length && biasGradient is not null; i++)
        {
            biasGradient[i / dy.Shape.Pixels] += dy.Values[i];
        }
    }

    /// <summary>Visits every product of the convolution: output (k, p, q), input (c, h, w), weight i.</summary>
    private static void ForEachProduct(Conv2d op, Volume x, Volume y, Product visit)
    {
        for (int k = 0; k < y.Shape.Channels; k++)
        {
            for (int p = 0; p < y.Shape.Height; p++)
            {
                for (int q = 0; q < y.Shape.Width; q++)
                {
                    Pixel(op, x, (k, p, q), visit);
                }
            }
        }
    }

    private static void Pixel(Conv2d op, Volume x, (int K, int P, int Q) y, Product visit)
    {
        int channels = x.Shape.Channels / op.Groups, first = y.K / (op.OutChannels / op.Groups) * channels;
        for (int c = 0; c < channels; c++)
        {
            for (int r = 0; r < op.KernelHeight; r++)
            {
                for (int s = 0; s < op.KernelWidth; s++)
                {
                    int h = y.P * op.Stride + r * op.Dilation - op.Padding.Top, w = y.Q * op.Stride + s * op.Dilation - op.Padding.Left;
                    if (x.Holds(h, w))
                    {
                        visit(y.K, first + c, h, w, y.P, y.Q, ((y.K * channels + c) * op.KernelHeight + r) * op.KernelWidth + s);
                    }
                }
            }
        }
    }

    private delegate void Product(int k, int c, int h, int w, int p, int q, int weight);
}
