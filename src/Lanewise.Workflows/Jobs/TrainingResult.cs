namespace Lanewise.Workflows;

/// <summary>The result of a training job.</summary>
/// <param name="Directory">The folder of the run.</param>
/// <param name="Settings">The settings, resolved.</param>
/// <param name="Epochs">The metrics of all epochs, those of earlier parts of a resumed run included.</param>
/// <param name="WasComplete">Whether the run was complete before, so that nothing was trained.</param>
public sealed record TrainingResult(
    RunDirectory Directory, TrainSettings Settings, IReadOnlyList<EpochResult> Epochs, bool WasComplete)
{
    /// <summary>Gets the evaluation of the validation images after the last epoch; null if nothing was trained.</summary>
    public Evaluation? Validation { get; init; }

    /// <summary>Gets the best epoch by the monitored metric; null if none was monitored.</summary>
    public BestEpoch? Best => BestEpoch.Of(Epochs, Settings.Monitor);

    /// <summary>Finds the best epoch by a metric.</summary>
    /// <param name="metric">The metric.</param>
    public BestEpoch BestBy(MonitoredMetric metric) => BestEpoch.Of(Epochs, metric)!;

    /// <summary>Gets whether training ended before the last epoch, as the monitored metric no longer improved.</summary>
    public bool StoppedEarly => Epochs.Count < Settings.Epochs && Best?.HasRunOut(Settings.Patience) is true;
}

/// <summary>A training was cancelled, and its state is saved: the run can be resumed.</summary>
/// <param name="directory">The folder of the run.</param>
/// <param name="position">The position after the last step.</param>
/// <param name="inner">The cancellation.</param>
public sealed class TrainingStoppedException(RunDirectory directory, TrainingPosition position, OperationCanceledException inner)
    : OperationCanceledException($"stopped {position.InWords()}.", inner, inner.CancellationToken)
{
    /// <summary>Gets the folder of the run.</summary>
    public RunDirectory Directory => directory;

    /// <summary>Gets the position after the last step.</summary>
    public TrainingPosition Position => position;
}
