using Lanewise.Kernels;

namespace Lanewise.Tests.Kernels;

/// <summary>
/// The textbook convolution in double precision. c input channel, h w input row and column, k output channel, r s kernel row and
/// column, p q output row and column.
/// </summary>
internal static class PlainConv2d
{
    /// <summary>The number of outputs along an axis, as torch.nn.Conv2d documents it.</summary>
    public static int Outputs(ConvAxis axis, int inputs) =>
        (inputs + axis.Padding + axis.PaddingAfter - axis.Dilation * (axis.Kernel - 1) - 1) / axis.Stride + 1;

    public static Volume Forward(Conv2dGeometry g, Volume x, double[] w, double[]? bias = null) =>
        Volume.Of(g.OutChannels, Outputs(g.Rows, x.Height), Outputs(g.Columns, x.Width), (k, p, q) => (bias?[k] ?? 0) + Sum(g, (c, r, s) =>
            w[Index(g, k, c, r, s)] * x[c, Input(g.Rows, p, r), Input(g.Columns, q, s)]));

    public static Volume BackwardInput(Conv2dGeometry g, Volume dy, double[] w, int height, int width)
    {
        var dx = new double[g.InChannels * height * width];
        foreach (var (k, p, q, c, r, s) in Products(g, dy))
        {
            int h = Input(g.Rows, p, r), column = Input(g.Columns, q, s);
            if ((uint)h < (uint)height && (uint)column < (uint)width)
            {
                dx[(c * height + h) * width + column] += w[Index(g, k, c, r, s)] * dy[k, p, q];
            }
        }

        return new(g.InChannels, height, width, dx);
    }

    public static double[] BackwardWeights(Conv2dGeometry g, Volume x, Volume dy)
    {
        var dw = new double[g.OutChannels * g.InChannels * g.Positions];
        foreach (var (k, p, q, c, r, s) in Products(g, dy))
        {
            dw[Index(g, k, c, r, s)] += dy[k, p, q] * x[c, Input(g.Rows, p, r), Input(g.Columns, q, s)];
        }

        return dw;
    }

    public static double[] BackwardBias(Volume dy) =>
        [.. Enumerable.Range(0, dy.Channels).Select(k => dy.Values.AsSpan(k * dy.Height * dy.Width, dy.Height * dy.Width).ToArray().Sum())];

    public static int Index(Conv2dGeometry g, int k, int c, int r, int s) => ((k * g.InChannels + c) * g.Rows.Kernel + r) * g.Columns.Kernel + s;

    private static int Input(ConvAxis axis, int output, int position) => output * axis.Stride + position * axis.Dilation - axis.Padding;

    private static double Sum(Conv2dGeometry g, Func<int, int, int, double> product)
    {
        double sum = 0;
        for (int c = 0; c < g.InChannels; c++)
        {
            for (int r = 0; r < g.Rows.Kernel; r++)
            {
                for (int s = 0; s < g.Columns.Kernel; s++)
                {
                    sum += product(c, r, s);
                }
            }
        }

        return sum;
    }

    private static IEnumerable<(int K, int P, int Q, int C, int R, int S)> Products(Conv2dGeometry g, Volume dy)
    {
        for (int k = 0; k < g.OutChannels; k++)
        {
            for (int p = 0; p < dy.Height; p++)
            {
                for (int q = 0; q < dy.Width; q++)
                {
                    for (int i = 0; i < g.InChannels * g.Positions; i++)
                    {
                        yield return (k, p, q, i / g.Positions, i % g.Positions / g.Columns.Kernel, i % g.Columns.Kernel);
                    }
                }
            }
        }
    }
}
