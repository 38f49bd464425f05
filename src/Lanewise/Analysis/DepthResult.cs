namespace Lanewise.Analysis;

/// <summary>The metrics of a network after an epoch of a depth study.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">The mean cross-entropy over the training set, with the weights after the epoch.</param>
/// <param name="TrainError">The error rate on the training set, 0 to 1.</param>
/// <param name="TestLoss">The mean cross-entropy over the test set.</param>
/// <param name="TestError">The error rate on the test set, 0 to 1.</param>
public sealed record DepthEpoch(int Epoch, double TrainLoss, double TrainError, double TestLoss, double TestError);

/// <summary>The result of a run of a depth study.</summary>
/// <param name="Run">The run.</param>
/// <param name="Samples">
/// The gradients by layer. The first, of step 0, are those of the initialized network over the first batch of the unshuffled training
/// set; the others are those of training steps.
/// </param>
/// <param name="Epochs">The metrics after each epoch; empty if nothing was trained.</param>
/// <param name="Diverged">Whether the loss became infinite or NaN; the epochs are then those before it.</param>
public sealed record DepthResult(DepthRun Run, IReadOnlyList<GradientSample> Samples, IReadOnlyList<DepthEpoch> Epochs, bool Diverged)
{
    /// <summary>The gradients of the initialized network.</summary>
    public GradientSample AtStart => Samples[0];

    /// <summary>The last measured gradients.</summary>
    public GradientSample AtEnd => Samples[^1];

    /// <summary>The final training error, 0 to 1; null if the loss diverged or nothing was trained.</summary>
    public double? TrainError => Last?.TrainError;

    /// <summary>The final test error, 0 to 1; null if the loss diverged or nothing was trained.</summary>
    public double? TestError => Last?.TestError;

    private DepthEpoch? Last => Diverged || Epochs.Count == 0 ? null : Epochs[^1];
}
