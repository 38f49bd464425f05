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

    /// <summary>Gets the evaluation of the trained model on the test set; null if it could not be evaluated.</summary>
    public TestEvaluation? Test { get; init; }

    /// <summary>Gets the reason why <see cref="Test"/> is null, as a sentence.</summary>
    public string? TestMissing { get; init; }

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
}
