using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>The data of a training run's page. Unknown parts are null or empty, and the page says so.</summary>
public sealed record RunPageData
{
    /// <summary>Gets the run's name, for example that of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the trained network.</summary>
    public required Network Network { get; init; }

    /// <summary>Gets the dataset's name; null when the run did not record it.</summary>
    public string? Dataset { get; init; }

    /// <summary>Gets the number of epochs that the run was started for.</summary>
    public required int PlannedEpochs { get; init; }

    /// <summary>Gets the completed epochs, in order.</summary>
    public required IReadOnlyList<EpochResult> Epochs { get; init; }

    /// <summary>Gets the sets of weights that the run keeps, the last first.</summary>
    public IReadOnlyList<KeptWeights> Weights { get; init; } = [];

    /// <summary>Gets the evaluation of the trained model on the test set; null if it could not be evaluated.</summary>
    public TestEvaluation? Test { get; init; }

    /// <summary>Gets the reason why <see cref="Test"/> is null, as a sentence.</summary>
    public string? TestMissing { get; init; }

    /// <summary>
    /// Gets the evaluation of the trained model on the images that it was trained on, without augmentation; null if there is none.
    /// </summary>
    public TestEvaluation? Training { get; init; }

    /// <summary>Gets the number of images that the model was trained on, of which <see cref="Training"/> may be a part.</summary>
    public int TrainingCount { get; init; }

    /// <summary>
    /// Gets the top-1 accuracy on the test set, 0 to 1; without <see cref="Test"/> the last epoch's, and null before the first
    /// epoch is complete.
    /// </summary>
    public double? TestTop1 => Test?.Evaluation.Top1 ?? (Epochs is [.., var last] ? last.ValTop1 : null);

    /// <summary>Gets the sampled gradient norms in order of steps; empty if the run recorded none.</summary>
    public IReadOnlyList<GradientSample> Gradients { get; init; } = [];

    /// <summary>Gets the settings: names and values.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>Gets the machine and the software: names and values.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>Gets the command line that started the run.</summary>
    public required string Command { get; init; }

    /// <summary>Gets the command line that resumes the run; null if it is complete.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>Gets remarks for a reader who wants to reproduce the run, a sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>A set of weights that a run keeps, with its metrics on the validation images.</summary>
public sealed record KeptWeights
{
    /// <summary>Gets what the weights are, for example <c>best by val_loss</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the name of their file.</summary>
    public required string File { get; init; }

    /// <summary>Gets the epoch after which the weights were such.</summary>
    public required int Epoch { get; init; }

    /// <summary>Gets the mean cross-entropy.</summary>
    public required double ValLoss { get; init; }

    /// <summary>Gets the accuracy, 0 to 1.</summary>
    public required double ValTop1 { get; init; }

    /// <summary>Gets whether the page is about these.</summary>
    public required bool IsUsed { get; init; }
}

/// <summary>The evaluation of a trained model on a test set.</summary>
public sealed record TestEvaluation
{
    /// <summary>Creates the evaluation.</summary>
    /// <param name="dataset">The dataset's name.</param>
    /// <param name="evaluation">Loss, accuracy and confusion matrix.</param>
    /// <param name="classes">The class names, by index.</param>
    /// <param name="mistakes">The misclassified images with the highest confidence, in descending order.</param>
    public TestEvaluation(string dataset, Evaluation evaluation, IReadOnlyList<string> classes, IReadOnlyList<MistakeImage> mistakes) =>
        (Dataset, Evaluation, Classes, Mistakes) = (dataset, evaluation, classes, mistakes);

    /// <summary>The dataset's name.</summary>
    public string Dataset { get; init; }

    /// <summary>Loss, accuracy and confusion matrix.</summary>
    public Evaluation Evaluation { get; init; }

    /// <summary>The class names, by index.</summary>
    public IReadOnlyList<string> Classes { get; init; }

    /// <summary>The misclassified images with the highest confidence, in descending order.</summary>
    public IReadOnlyList<MistakeImage> Mistakes { get; init; }
}

/// <summary>A misclassified image.</summary>
public sealed record MistakeImage
{
    /// <summary>Creates a misclassified image.</summary>
    /// <param name="prediction">The image's index, label, predicted class and its probability.</param>
    /// <param name="png">The network's input before normalization, as PNG.</param>
    /// <param name="width">The image's width in pixels.</param>
    public MistakeImage(ImagePrediction prediction, byte[] png, int width) => (Prediction, Png, Width) = (prediction, png, width);

    /// <summary>The image's index, label, predicted class and its probability.</summary>
    public ImagePrediction Prediction { get; init; }

    /// <summary>The network's input before normalization, as PNG.</summary>
    public byte[] Png { get; init; }

    /// <summary>The image's width in pixels.</summary>
    public int Width { get; init; }

    /// <summary>The name of the image file below the dataset's folder; null for an image that is no file.</summary>
    public string? File { get; init; }
}
