namespace Lanewise.Files.TensorBoard;

/// <summary>
/// Values counted in TensorBoard's buckets, each a tenth wider than the one nearer to zero: from 1e-12 to 1e20, the same below zero.
/// A value lies in the first bucket whose limit is above it. NaN and infinities are left out.
/// </summary>
internal sealed class Histogram
{
    private const double Nearest = 1e-12;
    private const double Farthest = 1e20;
    private const double Growth = 1.1;
    private static readonly double[] Limits = MakeLimits();

    private readonly long[] _counts = new long[Limits.Length];
    private double _least = double.PositiveInfinity;
    private double _greatest = double.NegativeInfinity;
    private double _sum;
    private double _squares;
    private long _count;

    public Histogram(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                Add(value);
            }
        }
    }

    /// <summary>The message <c>HistogramProto</c>; a run of empty buckets is one.</summary>
    public ProtoWriter ToMessage()
    {
        if (_count == 0)
        {
            return new ProtoWriter().Numbers(6, [double.MaxValue]).Numbers(7, [0]);
        }

        var (limits, counts) = (new List<double>(), new List<double>());
        int first = Array.FindIndex(_counts, count => count > 0), last = Array.FindLastIndex(_counts, count => count > 0);
        for (int i = first; i <= last; i++)
        {
            if (_counts[i] == 0 && _counts[i - 1] == 0)
            {
                limits[^1] = Limits[i];
                continue;
            }

            limits.Add(Limits[i]);
            counts.Add(_counts[i]);
        }

        return new ProtoWriter()
            .Number(1, _least).Number(2, _greatest).Number(3, (double)_count).Number(4, _sum).Number(5, _squares)
            .Numbers(6, [.. limits]).Numbers(7, [.. counts]);
    }

    private void Add(double value)
    {
        int found = Array.BinarySearch(Limits, value);
        _counts[found < 0 ? ~found : found + 1]++;
        _count++;
        _sum += value;
        _squares += value * value;
        _least = Math.Min(_least, value);
        _greatest = Math.Max(_greatest, value);
    }

    private static double[] MakeLimits()
    {
        var positive = new List<double>();
        for (double limit = Nearest; limit < Farthest; limit *= Growth)
        {
            positive.Add(limit);
        }

        positive.Add(double.MaxValue);
        return [.. Enumerable.Reverse(positive).Select(limit => -limit), 0, .. positive];
    }
}
