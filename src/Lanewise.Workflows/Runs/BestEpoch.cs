namespace Lanewise.Workflows;

/// <summary>The best epoch of a training by a monitored metric: that of the averaged weights where the training averages them.</summary>
public sealed record BestEpoch
{
    private readonly int _last;

    private BestEpoch(EpochResult epoch, MonitoredMetric metric, int last) => (Epoch, Metric, _last) = (epoch, metric, last);

    /// <summary>Gets the metrics of the epoch.</summary>
    public EpochResult Epoch { get; }

    /// <summary>Gets the metric that decides.</summary>
    public MonitoredMetric Metric { get; }

    /// <summary>Gets the loss on the validation images, of the averaged weights where the training averages them.</summary>
    public double ValLoss => LossOf(Epoch);

    /// <summary>Gets the accuracy on the validation images, of the averaged weights where the training averages them.</summary>
    public double ValTop1 => Top1Of(Epoch);

    /// <summary>Finds the best epoch, of equal ones the first; null if there is none, or no metric is monitored.</summary>
    internal static BestEpoch? Of(IReadOnlyList<EpochResult> epochs, MonitoredMetric? monitor)
    {
        if (monitor is not { } metric || epochs.Count == 0)
        {
            return null;
        }

        // MinBy and MaxBy return the first of equal ones.
        var best = metric == MonitoredMetric.ValLoss ? epochs.MinBy(LossOf) : epochs.MaxBy(Top1Of);
        return new(best!, metric, epochs[^1].Epoch);
    }

    /// <summary>Returns whether so many epochs have passed since without improvement.</summary>
    internal bool HasRunOut(int? patience) => patience is { } epochs && _last - Epoch.Epoch >= epochs;

    private static double LossOf(EpochResult epoch) => epoch.EmaValLoss ?? epoch.ValLoss;

    private static double Top1Of(EpochResult epoch) => epoch.EmaValTop1 ?? epoch.ValTop1;
}
