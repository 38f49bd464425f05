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

    public static Volume Forward(Conv2dGeometry g, Volume x, double[] w, double[]? bias = null)
    {
        int height = Outputs(g.Rows, x.Height), width = Outputs(g.Columns, x.Width);
        var y = Volume.Of(g.OutChannels, height, width, (k, _, _) => bias?[k] ?? 0);
        ForEach(g, height, width, x.Height, x.Width, (output, input, weight) => y.Values[output] += w[weight] * x.Values[input]);
        return y;
    }

    public static Volume BackwardInput(Conv2dGeometry g, Volume dy, double[] w, int height, int width)
    {
        var dx = new double[g.InChannels * height * width];
        ForEach(g, dy.Height, dy.Width, height, width, (output, input, weight) => dx[input] += w[weight] * dy.Values[output]);
        return new(g.InChannels, height, width, dx);
    }

    public static double[] BackwardWeights(Conv2dGeometry g, Volume x, Volume dy)
    {
        var dw = new double[g.OutChannels * g.InChannels * g.Positions];
        ForEach(g, dy.Height, dy.Width, x.Height, x.Width, (output, input, weight) => dw[weight] += dy.Values[output] * x.Values[input]);
        return dw;
    }

    public static double[] BackwardBias(Volume dy) =>
        [.. Enumerable.Range(0, dy.Channels).Select(k => dy.Values.AsSpan(k * dy.Height * dy.Width, dy.Height * dy.Width).ToArray().Sum())];

    public static int Index(Conv2dGeometry g, int k, int c, int r, int s) =>
        ((k * g.InChannels + c) * g.Rows.Kernel + r) * g.Columns.Kernel + s;

    /// <summary>Visits each product of the convolution: the places of its output, its input and its weight.</summary>
    private static void ForEach(Conv2dGeometry g, int outHeight, int outWidth, int height, int width, Action<int, int, int> product)
    {
        for (int i = 0; i < g.OutChannels * g.InChannels * g.Positions; i++)
        {
            int s = i % g.Columns.Kernel, r = i / g.Columns.Kernel % g.Rows.Kernel, c = i / g.Positions % g.InChannels,
                k = i / g.Positions / g.InChannels;
            for (int p = 0; p < outHeight; p++)
            {
                int h = p * g.Rows.Stride + r * g.Rows.Dilation - g.Rows.Padding;
                for (int q = 0; q < outWidth; q++)
                {
                    int w = q * g.Columns.Stride + s * g.Columns.Dilation - g.Columns.Padding;
                    if ((uint)h < (uint)height && (uint)w < (uint)width)
                    {
                        product((k * outHeight + p) * outWidth + q, (c * height + h) * width + w, i);
                    }
                }
            }
        }
    }
}
