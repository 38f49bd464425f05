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

    // The names before a person gave others: those of the folders that it was trained on.
    private readonly IReadOnlyList<string> _trainedClasses = File.Card.Classes;

    /// <summary>Gets the path of the file.</summary>
    internal string Path { get; private init; } = "";

    /// <summary>Gets whether these are pretrained weights of the catalog, in the cache.</summary>
    internal bool IsPretrained { get; private init; }

    /// <summary>Gets whether a user gave overrides of the input.</summary>
    internal bool HasOverrides { get; private init; }

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
    /// <param name="key">
    /// The key of the set of weights in a PyTorch file with several, for example <c>state_dict_ema</c>; null for the usual one.
    /// </param>
    /// <param name="use">The set of a run's weights; null for the one that its <c>args.json</c> names.</param>
    /// <exception cref="SettingException">The model does not support the settings.</exception>
    /// <exception cref="PretrainedException">The pretrained weights were not fetched.</exception>
    /// <exception cref="LanewiseException">The file cannot be read.</exception>
    public static TrainedModel Load(
        string path, string? model = null, InputSettings? input = null, string? key = null, RunWeights? use = null)
    {
        input ??= new InputSettings();
        var source = ModelSource.Resolve(path, use);
        var file = source.Load(model, input.ImageSize, key);
        var network = file.NetworkFor(input, path);
        var transform = input.Apply(file.Card.Transform ?? TransformOf(path, network, input), network);
        return new(file, network, transform)
        {
            Path = source.Path,
            IsPretrained = source.Entry is not null,
            HasOverrides = input.Given(InputSettings.AllSettings).Any(),
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
    public ImageClassifier ToClassifier(ImageClassifierOptions? options = null)
    {
        options ??= new();
        return ImageClassifier.Create(
            Network, Weights, Classes, Transform, options with { Calibration = options.Calibration ?? File.Card.Calibration });
    }

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

    /// <summary>
    /// Labels images with the model's classes, by name. A file that does not name its classes takes those of the dataset, in their order.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="isOwn">Whether they are of the dataset that the model was trained on.</param>
    /// <param name="progress">Receives a notice where the names are those of the dataset.</param>
    /// <exception cref="DatasetException">Images are of a class that is not one of the model's.</exception>
    internal IImageDataset Labelled(IImageDataset images, bool isOwn, IProgress<JobEvent>? progress)
    {
        // A dataset of the catalog has its classes in one order, whatever names a model was given for them.
        bool isFixed = isOwn && !DatasetNotation.IsPath(File.Card.Dataset!) && images.Classes.Count <= Classes.Count;
        bool isNamed = File.HasCard && File.Card.Dataset is not null;
        if (isFixed)
        {
            return images;
        }

        if (isNamed || images.Classes.Count > Classes.Count || Knows(Classes, images))
        {
            return ByName(images, Knows(_trainedClasses, images) ? _trainedClasses : Classes);
        }

        progress.Notice($"the model's file names no classes of {images.Name}; its outputs are taken for them in their order.");
        return images;
    }

    private static bool Knows(IReadOnlyList<string> classes, IImageDataset images) =>
        images.Classes.All(name => classes.Contains(name, StringComparer.Ordinal));

    private IImageDataset ByName(IImageDataset images, IReadOnlyList<string> classes)
    {
        try
        {
            return ClassMatch.ByName(images, classes, Network.Name);
        }
        catch (DatasetException e)
        {
            throw new JobException($"{e.Message} {{class-map}} gives classes other names.", e);
        }
    }

    /// <summary>Evaluates the model on images.</summary>
    internal async Task<EvaluationResult> EvaluateAsync(
        EvaluationImages data, EvaluationOptions options, Action<ImagePrediction>? onPrediction, IProgress<JobEvent>? progress,
        CancellationToken cancellationToken)
    {
        RequireClassifier();
        progress.Phase("compiling");
        using var plan = Plan.Compile(Network, new PlanOptions
        {
            BatchSize = options.BatchSize,
            Threads = options.Threads,
            Algorithm = options.Algorithm,
            Tuning = options.Tuning,
        });
        plan.SetWeights(Weights);
        double temperature = File.Card.Calibration?.Temperature ?? 1;
        var evaluation = await Task.Run(
            () => Evaluation.Run(plan, data.Images, Transform, onPrediction, progress.Evaluated, temperature, cancellationToken),
            cancellationToken)
            .ConfigureAwait(false);
        bool usesDatasetNames = File.Card.Dataset is null && data.Images.Classes.Count == Classes.Count;
        return new(Network.Name, data.Dataset, evaluation, usesDatasetNames ? data.Images.Classes : Classes)
        {
            Temperature = File.Card.Calibration?.Temperature,
        };
    }
}
