using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>What a run trains, on what, and what it records.</summary>
/// <param name="Network">The network.</param>
/// <param name="Options">The options.</param>
/// <param name="Splits">The images.</param>
/// <param name="Card">Describes the model in its file.</param>
internal sealed record TrainingSetup(Network Network, TrainingOptions Options, DatasetSplits Splits, ModelCard Card)
{
    /// <summary>Gets the initial weights; null for random ones.</summary>
    public Weights? Initial { get; init; }

    /// <summary>Gets whether the gradients of the step at a position are recorded.</summary>
    public required Func<TrainingPosition, bool> RecordsGradients { get; init; }

    /// <summary>Gets whether TensorBoard events are written.</summary>
    public bool TensorBoard { get; init; }

    /// <summary>Gets the time between two checkpoints within an epoch; zero for none.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(TrainSettings.DefaultCheckpointMinutes);

    /// <summary>Gets whether the receipt has a row of a step within an epoch.</summary>
    public Func<long, bool> TakesReceipt { get; init; } = _ => false;

    /// <summary>Gets the number of checkpoints to keep.</summary>
    public int KeptCheckpoints { get; init; }

    /// <summary>Gets the metric by which the weights of the best epoch are kept; null to keep the last ones only.</summary>
    public MonitoredMetric? Monitor { get; init; }

    /// <summary>Gets the number of epochs without improvement after which training ends; null to train all.</summary>
    public int? Patience { get; init; }

    /// <summary>Gets the number of steps per epoch.</summary>
    public int StepsPerEpoch => StepsOf(Splits, Options.ImagesPerStep);

    /// <summary>Gets the number of training and validation images.</summary>
    public int Images => Splits.Train.Count + Splits.Test.Count;

    /// <summary>
    /// Returns the frozen layers whose features can be computed once; null if there are none, or augmentation or mixup changes the
    /// images.
    /// </summary>
    public FrozenLayers? FindFrozenLayers() =>
        Options.Augmentation == Augmentation.None && Options.Mixup is null ? FrozenLayers.Of(Network) : null;

    /// <summary>Computes the number of steps per epoch.</summary>
    /// <param name="splits">The images.</param>
    /// <param name="images">The number of images of a step.</param>
    public static int StepsOf(DatasetSplits splits, int images) => (splits.Train.Count - 1) / images + 1;
}
