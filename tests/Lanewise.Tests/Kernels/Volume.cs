using Lanewise.Kernels;
using Lanewise.Tests.Engine;

namespace Lanewise.Tests.Kernels;

/// <summary>C×H×W numbers of one image in double precision; zero outside the rows and columns.</summary>
internal sealed record Volume(int Channels, int Height, int Width, double[] Values)
{
    public double this[int c, int h, int w] =>
        (uint)h < (uint)Height && (uint)w < (uint)Width ? Values[(c * Height + h) * Width + w] : 0;

    public static Volume Of(int channels, int height, int width, Func<int, int, int, double> value)
    {
        var values = new double[channels * height * width];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = value(i / (height * width), i / width % height, i % width);
        }

        return new(channels, height, width, values);
    }

    public static Volume Random(int channels, int height, int width, ulong seed = 1) =>
        new(channels, height, width, Randoms(channels * height * width, seed));

    /// <summary>Numbers in [−1, 1) that a float holds exactly.</summary>
    public static double[] Randoms(int count, ulong seed = 1)
    {
        var random = new SplitMix64(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (double)(2 * random.NextSingle() - 1))];
    }

    public Volume Map(Func<int, int, int, double, double> value) => Of(Channels, Height, Width, (c, h, w) => value(c, h, w, this[c, h, w]));

    public void AssertClose(string what, Volume actual, double tolerance = 1e-5, double least = 0)
    {
        Xunit.Assert.Equal((Channels, Height, Width), (actual.Channels, actual.Height, actual.Width));
        Compare.Close(what, Values, Array.ConvertAll(actual.Values, v => (float)v), tolerance, least);
    }
}
