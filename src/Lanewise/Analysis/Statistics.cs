namespace Lanewise.Analysis;

/// <summary>Statistics of repeated measurements.</summary>
internal static class Statistics
{
    /// <summary>Computes the median; for an even number of values, the mean of the middle two.</summary>
    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
