namespace Lanewise.Files.TensorBoard;

/// <summary>
/// Counts values in TensorBoard's buckets, each 10 % wider than the one nearer to zero, from 1e-12 to 1e20 on both sides of zero. A
/// value belongs to the first bucket whose limit is above it. NaN and infinite values are ignored.
/// </summary>
internal sealed class Histogram
{
    private const double Nearest = 1e-12;
    private const double Farthest = 1e20;
    private const double Growth = 1.1;
    private static readonly double[] Limits = MakeLimits();

    private readonly long[] _counts = new long[Limits.Length];
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;
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

    /// <summary>Converts to the message <c>HistogramProto</c>, with runs of empty buckets merged.</summary>
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
            .Number(1, _min).Number(2, _max).Number(3, (double)_count).Number(4, _sum).Number(5, _squares)
            .Numbers(6, [.. limits]).Numbers(7, [.. counts]);
    }

    private void Add(double value)
    {
        int found = Array.BinarySearch(Limits, value);
        _counts[found < 0 ? ~found : found + 1]++;
        _count++;
        _sum += value;
        _squares += value * value;
        _min = Math.Min(_min, value);
        _max = Math.Max(_max, value);
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
