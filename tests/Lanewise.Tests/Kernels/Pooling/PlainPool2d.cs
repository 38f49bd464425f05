using Lanewise.Kernels;

namespace Lanewise.Tests.Kernels;

/// <summary>Textbook pooling in double precision; the axes' windows are cut at the image's edges.</summary>
internal static class PlainPool2d
{
    public static Volume Max(ConvAxis rows, ConvAxis columns, Volume x) =>
        Pool(rows, columns, x, (c, pixels, _) => pixels.Max(pixel => x[c, pixel.H, pixel.W]));

    /// <summary>Averages; padding counts where <paramref name="padded"/> says so, but not what only ceil mode adds after it.</summary>
    public static Volume Average(ConvAxis rows, ConvAxis columns, Volume x, bool padded) =>
        Pool(rows, columns, x, (c, pixels, counted) => pixels.Sum(pixel => x[c, pixel.H, pixel.W]) / (padded ? counted : pixels.Count));

    /// <summary>The inputs of an output's window, and how many positions count when padding does.</summary>
    public static (int First, int End, int Counted) Window(ConvAxis axis, int inputs, int output)
    {
        int start = output * axis.Stride - axis.Padding, end = start + axis.Kernel;
        return (Math.Max(0, start), Math.Min(inputs, end), Math.Min(end, inputs + axis.PaddingAfter) - start);
    }

    public static Volume Pool(ConvAxis rows, ConvAxis columns, Volume x, Func<int, List<(int H, int W)>, int, double> value) =>
        Volume.Of(x.Channels, rows.Outputs(x.Height), columns.Outputs(x.Width), (c, p, q) =>
        {
            var (top, bottom, high) = Window(rows, x.Height, p);
            var (left, right, wide) = Window(columns, x.Width, q);
            List<(int H, int W)> pixels = [];
            for (int h = top; h < bottom; h++)
            {
                for (int w = left; w < right; w++)
                {
                    pixels.Add((h, w));
                }
            }

            return value(c, pixels, high * wide);
        });
}
