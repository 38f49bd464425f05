namespace Lanewise;

/// <summary>
/// The settings with which a model of the catalog is trained by default, where they differ from those of the tutorial. They are numbers
/// and names only: what a name means is known to training.
/// </summary>
internal sealed record TrainingDefaults
{
    /// <summary>
    /// For ImageNet models with random weights: torchvision's reference (SGD, momentum 0.9, weight decay 1e-4, 90 epochs; learning rate
    /// 0.1 for batches of 256, here in proportion for 32), with timm's schedule, five epochs of warm-up and a cosine.
    /// </summary>
    public static TrainingDefaults ImageNet { get; } = new()
    {
        Name = "ImageNet models from random weights",
        Epochs = 90,
        BatchSize = 32,
        LearningRate = 0.0125,
        Momentum = 0.9,
        WeightDecay = 1e-4,
        HasCosineSchedule = true,
        WarmupEpochs = 5,
    };

    /// <summary>
    /// For CIFAR's ResNets with random weights: He et al. 2015, §4.2. Their 64,000 steps are 164 epochs of 50,000 images, and the learning
    /// rate is reduced after a half and three quarters of them.
    /// </summary>
    public static TrainingDefaults Cifar { get; } = new()
    {
        Name = "He et al. 2015, §4.2",
        Epochs = 164,
        BatchSize = 128,
        LearningRate = 0.1,
        Momentum = 0.9,
        WeightDecay = 1e-4,
        MilestoneShares = [0.5, 0.75],
    };

    /// <summary>For training all layers from pretrained weights.</summary>
    public static TrainingDefaults FineTuning { get; } = new()
    {
        Name = "fine-tuning",
        Epochs = 6,
        BatchSize = 16,
        LearningRate = 0.001,
        Momentum = 0.9,
        ClipGrad = 5,
        HasCosineSchedule = true,
        FreezesBatchNorm = true,
        MinSteps = 96,
    };

    /// <summary>For training the classifier on frozen pretrained layers.</summary>
    public static TrainingDefaults LinearProbe { get; } = new()
    {
        Name = "a linear probe",
        Epochs = 20,
        BatchSize = 64,
        LearningRate = 0.005,
        Momentum = 0.9,
        HasCosineSchedule = true,
        // The features of an image are then computed once.
        Augmentation = Augmentation.None,
        MinSteps = 80,
    };

    /// <summary>What they are for, or where they come from, in words.</summary>
    public required string Name { get; init; }

    /// <summary>The number of passes over the training set.</summary>
    public required int Epochs { get; init; }

    /// <summary>The number of images per step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The learning rate of SGD.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The momentum.</summary>
    public double Momentum { get; init; }

    /// <summary>The weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The limit of the norm of the gradients in each step, which protects pretrained weights; null for none.</summary>
    public double? ClipGrad { get; init; }

    /// <summary>Whether the learning rate follows a cosine to 0.</summary>
    public bool HasCosineSchedule { get; init; }

    /// <summary>The epochs of warm-up.</summary>
    public double WarmupEpochs { get; init; }

    /// <summary>When the learning rate is divided by ten, as shares of the epochs; empty for never.</summary>
    public IReadOnlyList<double> MilestoneShares { get; init; } = [];

    /// <summary>Whether batch norm keeps its parameters and running statistics, and uses the latter.</summary>
    public bool FreezesBatchNorm { get; init; }

    /// <summary>The augmentation of training images; null for that of the dataset or of the input's shape.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>The steps that training needs: few images are passed over more often. 0 for any number.</summary>
    public int MinSteps { get; init; }
}
