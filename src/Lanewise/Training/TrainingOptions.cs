using Lanewise.Engine;

namespace Lanewise;

/// <summary>The options of a training. The defaults are those of the tutorial.</summary>
public sealed record TrainingOptions
{
    /// <summary>The number of passes over the training set. Default: 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>The number of images per step. Default: 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The optimizer. Default: SGD with learning rate 0.01 and momentum 0.5.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd(0.01f, Momentum: 0.5f);

    /// <summary>The learning-rate schedule. Default: constant.</summary>
    public LearningRateSchedule Schedule { get; init; } = new LearningRateSchedule.Constant();

    /// <summary>
    /// Selects the parameters to train by name; null (default) for all. <see cref="FineTuning.HeadOnly"/> freezes all but the
    /// classifier.
    /// </summary>
    public Func<string, bool>? IsTrainable { get; init; }

    /// <summary>The seed of the initial weights, the order of the images, augmentation and dropout. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The number of threads, which does not affect the trained weights. Default: all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The number of images per block: 16, 8, 4 or 1; 0 (default) for the processor's widest vectors.</summary>
    public int LaneWidth { get; init; }

    /// <summary>The convolution algorithm, in training and validation. Default: chosen per layer.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>
    /// The preprocessing of images; null (default) for that of the catalog's model with the network's name, or MNIST's if there is no
    /// such model.
    /// </summary>
    public ImageTransform? Transform { get; init; }

    /// <summary>The random augmentation of training images. Default: none.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    internal void Check()
    {
        foreach (var (option, value) in new[] { (nameof(Epochs), Epochs), (nameof(BatchSize), BatchSize), (nameof(Threads), Threads) })
        {
            if (value < 1)
            {
                throw new InvalidOptionException(
                    $"epochs {Epochs}, batch size {BatchSize}, threads {Threads}: each must be at least 1.", option, value);
            }
        }

        Optimizer.Check();
        Augmentation.Check();
        Schedule.Check(Optimizer.LearningRate, Epochs);
    }

    /// <summary>Returns the preprocessing of <paramref name="network"/>.</summary>
    /// <exception cref="ShapeException">It has another input shape than the network.</exception>
    internal ImageTransform PreprocessingOf(Network network)
    {
        var known = Transform
            ?? ModelCatalog.All.FirstOrDefault(m => m.Name == network.Name)?.Transform
            ?? ImageTransform.Mnist;
        return known.Input == network.Input
            ? known
            : throw new ShapeException(
                $"{network.Name}: it takes {network.Input}, and the {(Transform is null ? "default" : "chosen")} "
                    + $"preprocessing gives {known.Input}; set TrainingOptions.Transform to one of the network's shape.",
                network.Name);
    }
}
