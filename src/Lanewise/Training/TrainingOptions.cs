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
    /// Mixup and cutmix; null (default) for neither. The running training accuracy of mixed images counts the label of the larger share.
    /// </summary>
    public Mixup? Mixup { get; init; }

    /// <summary>
    /// ε of label smoothing (Szegedy et al. 2015), 0 ≤ ε &lt; 1, as in torch.nn.CrossEntropyLoss: in training, the target of the loss is
    /// (1 − ε) · target + ε / classes. Default: 0.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// The weight of each class in the loss of training, positive, in the order of the network's outputs, as weight of
    /// torch.nn.CrossEntropyLoss: the mean over a batch divides by the sum of its images' weights or, with <see cref="Mixup"/>, by
    /// their number, as PyTorch does for probabilities. Default: null, all equal.
    /// </summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>
    /// The number of batches whose gradients a step accumulates: it is that of the mean loss over all their images, as of a batch so many
    /// times as large, except that batch norm uses the statistics of each batch. Default: 1.
    /// </summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Gradient clipping. Default: null, none. Gradients are observed before it.</summary>
    public GradientClipping? Clipping { get; init; }

    /// <summary>
    /// The weight decay of the weights and biases of batch norm, 0 for none; biases only where <see cref="BiasWeightDecay"/> is null.
    /// Default: null, that of the optimizer.
    /// </summary>
    public double? NormWeightDecay { get; init; }

    /// <summary>The weight decay of all biases, 0 for none. Default: null, that of the optimizer.</summary>
    public double? BiasWeightDecay { get; init; }

    /// <summary>
    /// The learning rate of the classifier, the last linear layer, where the optimizer's is that of the other layers; the schedule scales
    /// both alike. Default: null, that of the optimizer.
    /// </summary>
    public double? HeadLearningRate { get; init; }

    /// <summary>The moving average of the weights, which is evaluated after each epoch beside them. Default: null, none.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>
    /// Whether an epoch draws equally many samples of each class, as torch's WeightedRandomSampler does on average: samples of small
    /// classes come several times, each time with its own augmentation, and of large ones some are left out, others in each epoch. The
    /// number of samples of an epoch stays. Default: false.
    /// </summary>
    public bool BalanceClasses { get; init; }

    /// <summary>
    /// Whether the training metrics of an epoch are evaluated after it, over all training images without augmentation. Default: false;
    /// they are then running averages, each image before its update.
    /// </summary>
    public bool EvaluateTrainingSet { get; init; }

    /// <inheritdoc cref="PlanOptions.Slots"/>
    public int Slots { get; init; }

    /// <inheritdoc cref="PlanOptions.BatchNormScope"/>
    public BatchNormScope BatchNormScope { get; init; }

    /// <summary>The number of images of a step.</summary>
    internal int ImagesPerStep => checked(BatchSize * AccumulationSteps);

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
        Tuning = Tuning.Reference,
        IsTrainable = isTrainable,
        Seed = Seed,
        Slots = Slots,
        BatchNormScope = BatchNormScope,
        BatchesPerStep = training ? AccumulationSteps : 1,
        // Schedules read what an evaluation finds, so that it, too, is the same on every processor.
        LaneLayout = LaneLayout.BatchInterleaved,
        LabelSmoothing = LabelSmoothing,
        ClassWeights = ClassWeights,
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
        Mixup?.Check();
        Schedule.Check((float)Optimizer.LearningRate, Epochs);
        Transform?.Check();
        Average?.Check();
        CheckUpdates();
        OptionCheck.Require(
            LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), "label smoothing", LabelSmoothing, "at least 0 and below 1");
        foreach (float weight in ClassWeights ?? [])
        {
            OptionCheck.Require(weight > 0 && float.IsFinite(weight), nameof(ClassWeights), "class weight", weight, "a positive number");
        }
    }

    private void CheckUpdates()
    {
        Clipping?.Check();
        OptionCheck.Require(
            AccumulationSteps >= 1 && (long)BatchSize * AccumulationSteps <= int.MaxValue,
            nameof(AccumulationSteps), "accumulation steps", AccumulationSteps, "at least 1");
        const string NotNegative = "a number of at least 0";
        OptionCheck.Require(
            NormWeightDecay is null or >= 0, nameof(NormWeightDecay), "norm weight decay", NormWeightDecay ?? 0, NotNegative);
        OptionCheck.Require(
            BiasWeightDecay is null or >= 0, nameof(BiasWeightDecay), "bias weight decay", BiasWeightDecay ?? 0, NotNegative);
        OptionCheck.Require(
            HeadLearningRate is null or > 0, nameof(HeadLearningRate), "head learning rate", HeadLearningRate ?? 0, "a positive number");
    }

    /// <summary>Validates the options for a network.</summary>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    /// <exception cref="ShapeException">The transform has another input shape than the network.</exception>
    internal void Check(Network network)
    {
        Check();
        if (ClassWeights is { } weights && weights.Count != network.OutputCount)
        {
            throw new InvalidOptionException(
                $"{weights.Count} class weights; {network.Name} has {network.OutputCount} classes and needs one for each.",
                nameof(ClassWeights),
                weights.Count);
        }

        if (HeadLearningRate is not null && GraphWalk.Classifier(network.Output) is null)
        {
            throw new InvalidOptionException(
                $"{network.Name} has no linear layer, so there is no classifier with a learning rate of its own; leave it out.",
                nameof(HeadLearningRate),
                HeadLearningRate);
        }

        if (Transform is not null && Transform.Input != network.Input)
        {
            throw new ShapeException(
                $"{network.Name}: it takes {network.Input}, and the transform gives {Transform.Input}; "
                    + "set TrainingOptions.Transform to one of the network's shape.",
                network.Name);
        }
    }
}
