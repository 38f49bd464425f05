namespace Lanewise.Analysis;

/// <summary>How a network did after an epoch of a depth study.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">Mean cross-entropy over the training images, all judged by the weights after the epoch; NaN until then.</param>
/// <param name="TrainError">Share of them that are wrong, 0 to 1; NaN until they were judged.</param>
/// <param name="TestLoss">Mean cross-entropy over the test images.</param>
/// <param name="TestError">Share of them that are wrong, 0 to 1.</param>
public sealed record DepthEpoch(int Epoch, double TrainLoss, double TrainError, double TestLoss, double TestError);

/// <summary>What a run of a depth study showed.</summary>
/// <param name="Run">Which.</param>
/// <param name="Samples">
/// Gradients by layer. The first, of step 0, are those of the network as it was initialised, over the first batch of the training
/// images in their own order; the others are those of training steps.
/// </param>
/// <param name="Epochs">Figures after each epoch; none where nothing was trained.</param>
/// <param name="Diverged">Whether the loss became infinite or NaN; the epochs are then those before.</param>
public sealed record DepthResult(DepthRun Run, IReadOnlyList<GradientSample> Samples, IReadOnlyList<DepthEpoch> Epochs, bool Diverged)
{
    /// <summary>The gradients of the network as it was initialised.</summary>
    public GradientSample AtStart => Samples[0];

    /// <summary>The last gradients that were measured.</summary>
    public GradientSample AtEnd => Samples[^1];

    /// <summary>The training error at the end, 0 to 1; null where the loss diverged or nothing was trained.</summary>
    public double? TrainError => Last?.TrainError;

    /// <summary>The test error at the end, 0 to 1; null where the loss diverged or nothing was trained.</summary>
    public double? TestError => Last?.TestError;

    private DepthEpoch? Last => Diverged || Epochs.Count == 0 ? null : Epochs[^1];
}
