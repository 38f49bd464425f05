using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// A sum of doubles with twice their precision (Knuth 1969, "TwoSum"), so that its rounded value practically never depends on the order
/// in which its terms lie in memory, which differs between processors.
/// </summary>
/// <param name="High">The sum, rounded.</param>
/// <param name="Low">What the rounding lost.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PreciseSum(double High, double Low)
{
    /// <summary>The sum.</summary>
    public double Value => High + Low;

    /// <summary>Adds two sums.</summary>
    public static PreciseSum operator +(PreciseSum a, PreciseSum b)
    {
        double sum = a.High + b.High, rest = sum - a.High;
        return new(sum, (a.High - (sum - rest)) + (b.High - rest) + (a.Low + b.Low));
    }

    /// <summary>Sums the squares of floats, each of which is exact in double precision.</summary>
    public static PreciseSum OfSquares(ReadOnlySpan<float> values)
    {
        Vector256<double> high = default, low = default;
        int i = 0;
        for (; i + Vector256<double>.Count <= values.Length; i += Vector256<double>.Count)
        {
            var value = Vector256.Create((double)values[i], values[i + 1], values[i + 2], values[i + 3]);
            var square = value * value;
            var sum = high + square;
            var rest = sum - high;
            low += (high - (sum - rest)) + (square - rest);
            high = sum;
        }

        var total = default(PreciseSum);
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
        {
            total += new PreciseSum(high[lane], low[lane]);
        }

        for (; i < values.Length; i++)
        {
            total += new PreciseSum((double)values[i] * values[i], 0);
        }

        return total;
    }
}
