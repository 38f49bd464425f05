using Lanewise.Engine;
using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>A trained model with the overrides of its input that a user gave.</summary>
/// <param name="File">The content of the file.</param>
/// <param name="Network">The network.</param>
/// <param name="Transform">The transform of images.</param>
public sealed record TrainedModel(ModelFile File, Network Network, ImageTransform Transform)
{
    /// <summary>The default number of images per batch.</summary>
    public const int DefaultBatchSize = 256;

    /// <summary>Gets the weights.</summary>
    public Weights Weights => File.Weights;

    /// <summary>Gets what a user should know about the model, such as a default that was used because the file does not say.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Gets the class names in the order of the logits.</summary>
    public IReadOnlyList<string> Classes => File.Card.Classes;

    /// <summary>Loads the model of a run folder or of a weights file, or pretrained weights that were fetched.</summary>
    /// <param name="path">The run folder, the weights file, or the name of pretrained weights; an existing path comes first.</param>
    /// <param name="model">The model's name, for files that do not name it; null otherwise.</param>
    /// <param name="input">Overrides of the input; null for none.</param>
    /// <exception cref="SettingException">The model does not support the settings.</exception>
    /// <exception cref="PretrainedException">The pretrained weights were not fetched.</exception>
    /// <exception cref="LanewiseException">The file cannot be read.</exception>
    public static TrainedModel Load(string path, string? model = null, InputSettings? input = null)
    {
        input ??= new InputSettings();
        var file = ModelSource.Resolve(path).Load(model, input.ImageSize);
        var options = new ModelOptions { Classes = file.Network.OutputCount };
        bool isOwn = file.Card.Network is not null, isOwnSize = input.ImageSize == file.Network.Input.Height;
        if (input.ImageSize is not null && isOwn && !isOwnSize)
        {
            throw new JobException($"{path}: {{img-size}}: only models of the catalog take other sizes, and this is a network of its own.");
        }

        var network = input.ImageSize is null || isOwn ? file.Network : input.CreateNetwork(file.Network.Name, options);
        var transform = input.Apply(file.Card.Transform ?? TransformOf(path, network, input), network);
        return new(file, network, transform)
        {
            Notices = file.HasCard || (input.Mean is not null && input.Std is not null) ? file.Notices
                : [.. file.Notices, ImageClassifier.DefaultNotice(path, network, transform)],
        };
    }

    /// <summary>Returns the model with the class names of a text file, one per line.</summary>
    /// <param name="path">The file; null to keep the names.</param>
    /// <exception cref="LanewiseException">The file cannot be read, or has not one name per class.</exception>
    public TrainedModel WithLabels(string? path) => this with { File = File.WithLabels(path) };

    /// <summary>Creates a classifier with the model's weights and transform.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    public ImageClassifier ToClassifier(ImageClassifierOptions? options = null) =>
        ImageClassifier.Create(Network, Weights, Classes, Transform, options);

    // A network that was trained on arrays of values can classify images once a person says how to normalize them.
    private static ImageTransform TransformOf(string path, Network network, InputSettings input) =>
        network.Input.Channels is not (1 or 3)
            ? throw new JobException(
                $"{path}: the model takes arrays of {network.Input.Channels} channels, and an image has 1 or 3; classify arrays "
                + "with ImageClassifier.ClassifyValues in a program.")
            : input.Mean is not null && input.Std is not null
            ? ImageTransform.Default(network.Input)
            : throw new JobException(
                $"{path}: the model was trained on arrays of values, so the file has no image transform; give {{mean}} and {{std}}.");

    /// <summary>Reports <see cref="Notices"/>.</summary>
    internal void Report(IProgress<JobEvent>? progress)
    {
        foreach (string notice in Notices)
        {
            progress.Notice(notice);
        }
    }

    /// <summary>Checks that the model classifies: the weights of a body give features only.</summary>
    /// <exception cref="NetworkException">It has no classifier.</exception>
    internal void RequireClassifier()
    {
        if (!File.Card.HasClassifier)
        {
            throw ImageClassifier.NoClassifier(Network);
        }
    }

    /// <summary>Checks that an image folder has the classes of the model, since their names determine the labels.</summary>
    /// <exception cref="LanewiseException">The classes differ.</exception>
    internal void RequireClassesOf(DatasetSplits splits)
    {
        bool isFolder = File.Card.Dataset is not null && JobData.IsFolder(splits.Name);
        if (isFolder && !splits.Test.Classes.SequenceEqual(Classes, StringComparer.Ordinal))
        {
            throw new DatasetException(
                $"{splits.Name}: its classes ({string.Join(", ", splits.Test.Classes.Take(5))}, …) differ from those of the model "
                + $"({string.Join(", ", Classes.Take(5))}, …); choose images of the classes that the model was trained on.",
                DatasetError.ClassMismatch,
                splits.Name);
        }
    }

    /// <summary>Evaluates the model on the test images of a dataset.</summary>
    internal async Task<EvaluationResult> EvaluateAsync(
        DatasetSplits splits, EvaluationOptions options, Action<ImagePrediction>? onPrediction, CancellationToken cancellationToken)
    {
        RequireClassifier();
        RequireClassesOf(splits);
        using var plan = Plan.Compile(
            Network, new PlanOptions { BatchSize = options.BatchSize, Threads = options.Threads, Algorithm = options.Algorithm });
        plan.SetWeights(Weights);
        var evaluation = await Task.Run(
            () => Evaluation.Run(plan, splits.Test, Transform, onPrediction, cancellationToken), cancellationToken).ConfigureAwait(false);
        bool usesDatasetNames = File.Card.Dataset is null && splits.Test.Classes.Count == Classes.Count;
        return new(Network.Name, splits.Name, evaluation, usesDatasetNames ? splits.Test.Classes : Classes);
    }
}
