using System.Numerics;
using System.Runtime.InteropServices;

namespace Lanewise.Imaging;

/// <summary>
/// A hash that differs in few bits between an image and its resized, recompressed or slightly cropped copies: the signs of the 63 lowest
/// frequencies of the image at 32×32 grey pixels. Source: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010,
/// who compares the coefficients of the discrete cosine transform with their median, which is near 0.
/// </summary>
/// <param name="Bits">Bit 8·u + v is set if the coefficient of row frequency u and column frequency v is positive; bit 0 is unused.</param>
/// <param name="IsPlain">Whether the image is nearly of one shade, so that the signs are noise.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PerceptualHash(ulong Bits, bool IsPlain)
{
    private const int Side = 32, Frequencies = 8;

    // The standard deviation of the grey values, below which an image is plain.
    private const double MinDeviation = 4;

    // Reflection changes the signs of the odd column frequencies.
    private const ulong OddColumns = 0xAAAA_AAAA_AAAA_AAAA;

    private static readonly float[] Cosines = Basis();

    /// <summary>The hash of the image as in a mirror.</summary>
    public PerceptualHash Mirrored => this with { Bits = Bits ^ OddColumns };

    /// <summary>Computes the hash of a part of a grey image.</summary>
    public static PerceptualHash Of(DecodedImage grey, Box part)
    {
        var small = grey.Resize(part, Side, Side);
        Span<float> rows = stackalloc float[Side * Frequencies];
        for (int y = 0; y < Side; y++)
        {
            for (int v = 0; v < Frequencies; v++)
            {
                float sum = 0;
                for (int x = 0; x < Side; x++)
                {
                    sum += Cosines[v * Side + x] * small.Pixels[y * Side + x];
                }

                rows[v * Side + y] = sum;
            }
        }

        ulong bits = 0;
        for (int i = 1; i < Frequencies * Frequencies; i++)
        {
            var column = rows.Slice(i % Frequencies * Side, Side);
            float sum = 0;
            for (int y = 0; y < Side; y++)
            {
                sum += Cosines[i / Frequencies * Side + y] * column[y];
            }

            bits |= sum > 0 ? 1UL << i : 0;
        }

        return new(bits, Deviation(small.Pixels) < MinDeviation);
    }

    /// <summary>Counts the bits in which two hashes differ.</summary>
    public static int Distance(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    private static double Deviation(byte[] pixels)
    {
        double mean = pixels.Average(p => (double)p);
        return Math.Sqrt(pixels.Average(p => (p - mean) * (p - mean)));
    }

    private static float[] Basis() => [.. Enumerable.Range(0, Frequencies * Side).Select(
        i => (float)Math.Cos(Math.PI * (i / Side) * (i % Side + 0.5) / Side))];
}
