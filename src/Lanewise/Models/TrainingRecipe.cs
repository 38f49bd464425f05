namespace Lanewise;

/// <summary>
/// The settings with which a model of the catalog is trained by default, where they differ from those of the tutorial. They are numbers
/// and names only: what a name means is known to training.
/// </summary>
internal sealed record TrainingRecipe
{
    /// <summary>The number of passes over the training set.</summary>
    public required int Epochs { get; init; }

    /// <summary>The number of images per step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Whether the optimizer is AdamW; otherwise it is SGD.</summary>
    public bool IsAdamW { get; init; }

    /// <summary>The learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The momentum of SGD.</summary>
    public double Momentum { get; init; }

    /// <summary>The weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether the learning rate follows a cosine to 0; otherwise it is constant.</summary>
    public bool HasCosineSchedule { get; init; }

    /// <summary>Whether batch norm keeps its parameters and running statistics, and uses the latter.</summary>
    public bool FreezesBatchNorm { get; init; }

    /// <summary>The augmentation of training images; null for that of the dataset or of the input's shape.</summary>
    public Augmentation? Augmentation { get; init; }
}
