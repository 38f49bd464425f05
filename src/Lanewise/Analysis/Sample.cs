namespace Lanewise.Analysis;

/// <summary>What is told of repeated measurements.</summary>
internal static class Sample
{
    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
