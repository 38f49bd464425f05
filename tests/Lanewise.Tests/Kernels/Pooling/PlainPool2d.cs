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
    public static (int[] Inputs, int Counted) Window(ConvAxis axis, int inputs, int output)
    {
        int[] all = [.. Enumerable.Range(0, axis.Kernel).Select(r => output * axis.Stride + r * axis.Dilation - axis.Padding)];
        return ([.. all.Where(i => i >= 0 && i < inputs)], all.Count(i => i < inputs + axis.PaddingAfter));
    }

    public static Volume Pool(ConvAxis rows, ConvAxis columns, Volume x, Func<int, List<(int H, int W)>, int, double> value) =>
        Volume.Of(x.Channels, rows.Outputs(x.Height), columns.Outputs(x.Width), (c, p, q) =>
        {
            var (windowRows, high) = Window(rows, x.Height, p);
            var (windowColumns, wide) = Window(columns, x.Width, q);
            return value(c, [.. from h in windowRows from w in windowColumns select (h, w)], high * wide);
        });
}
