using Lanewise.Engine;

namespace Lanewise;

/// <summary>The options of a training. The defaults are those of the tutorial.</summary>
public sealed record TrainingOptions
{
    private const int MinEvaluationBatch = 64;

    /// <summary>The number of passes over the training set. Default: 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>The number of images per step. Default: 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The optimizer. Default: SGD with learning rate 0.01 and momentum 0.5.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd(0.01, momentum: 0.5);

    /// <summary>The learning-rate schedule. Default: constant.</summary>
    public LearningRateSchedule Schedule { get; init; } = new ConstantLR();

    /// <summary>The seed of the initial weights, the order of the images, augmentation and dropout. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The number of threads, which does not affect the trained weights. Default: all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The number of images per block: 16, 8, 4 or 1; 0 (default) for the processor's widest vectors.</summary>
    public int LaneWidth { get; init; }

    /// <summary>The convolution algorithm, in training and validation. Default: chosen per layer.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>
    /// The transform of images; null (default) for that of the training set, adapted to the network's input. Image files have none:
    /// the catalog's model of the network's name then gives its own, and any other network <see cref="ImageTransform.Default"/>.
    /// Arrays of values (<see cref="ITensorDataset"/>) enter the network unchanged.
    /// </summary>
    public ImageTransform? Transform { get; init; }

    /// <summary>The random augmentation of training images. Default: none.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>
    /// Whether the training metrics of an epoch are evaluated after it, over all training images without augmentation. Default: false;
    /// they are then running averages, each image before its update.
    /// </summary>
    public bool EvaluateTrainingSet { get; init; }

    /// <summary>Returns the options with which a network is compiled.</summary>
    /// <param name="training">Whether it is for training; otherwise for evaluation.</param>
    /// <param name="isTrainable">Selects the trained parameters by name; null for all.</param>
    internal PlanOptions ToPlanOptions(bool training, Func<string, bool>? isTrainable) => new()
    {
        BatchSize = training ? BatchSize : Math.Max(BatchSize, MinEvaluationBatch),
        Training = training,
        Threads = Threads,
        LaneWidth = LaneWidth,
        Algorithm = Algorithm,
        IsTrainable = isTrainable,
        Seed = Seed,
    };

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
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
        Schedule.Check((float)Optimizer.LearningRate, Epochs);
        Transform?.Check();
    }

    /// <summary>Validates the options for a network.</summary>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    /// <exception cref="ShapeException">The transform has another input shape than the network.</exception>
    internal void Check(Network network)
    {
        Check();
        if (Transform is not null && Transform.Input != network.Input)
        {
            throw new ShapeException(
                $"{network.Name}: it takes {network.Input}, and the transform gives {Transform.Input}; "
                    + "set TrainingOptions.Transform to one of the network's shape.",
                network.Name);
        }
    }
}
