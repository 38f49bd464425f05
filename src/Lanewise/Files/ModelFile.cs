using System.Globalization;

namespace Lanewise.Files;

/// <summary>A trained model in one file: weights under PyTorch's names, and a card that describes them.</summary>
public sealed record ModelFile
{
    // Satellites have 13 bands; what has more is no image.
    private const int MaxChannels = 64;

    /// <summary>Joins the parts of a model.</summary>
    /// <param name="network">The network of the weights.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="card">The model's description.</param>
    public ModelFile(Network network, Weights weights, ModelCard card) => (Network, Weights, Card) = (network, weights, card);

    /// <summary>The network of the weights.</summary>
    public Network Network { get; init; }

    /// <summary>The weights.</summary>
    public Weights Weights { get; init; }

    /// <summary>The model's description; for a file without a card, the defaults of the model.</summary>
    public ModelCard Card { get; init; }

    /// <summary>
    /// Whether the file describes its model; if not, as in files of PyTorch, <see cref="Card"/> holds the catalog's defaults.
    /// </summary>
    public bool HasCard { get; init; } = true;

    /// <summary>What a user should know about the reading, one sentence each.</summary>
    internal IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Writes a safetensors file with the card in its metadata, atomically.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public static void Save(string path, Weights weights, ModelCard card) => Safetensors.Write(path, weights.Tensors, card.ToMetadata());

    /// <summary>
    /// Reads a safetensors or PyTorch file, or that of a run folder. A file without a model card needs the model's name.
    /// </summary>
    /// <param name="path">The file, or a run folder with a <c>model.safetensors</c>.</param>
    /// <param name="model">The model's name in <see cref="ModelCatalog"/>; null to use the name in the card.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">
    /// The file is not a weights file, does not name its model, holds another one, or is a training checkpoint.
    /// </exception>
    /// <exception cref="UnknownNameException">There is no such model.</exception>
    public static ModelFile Load(string path, string? model = null) => Load(path, model, use: null);

    /// <summary>Reads a set of the weights of a run folder; null for the one that answers.</summary>
    /// <inheritdoc cref="Load(string, string)" path="/exception"/>
    internal static ModelFile Load(string path, string? model, RunWeights? use)
    {
        var found = Find(path, use);
        var loaded = From(WeightsFile.Read(found.Path), found.Path, model);
        return found.Notice is { } notice ? loaded with { Notices = [notice, .. loaded.Notices] } : loaded;
    }

    /// <summary>Builds a model from the content of a file.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="path">The file's name in messages.</param>
    /// <param name="model">The model's name in <see cref="ModelCatalog"/>; null to use the name in the card.</param>
    /// <exception cref="ModelFormatException">
    /// The file does not name its model, holds another one, or is a training checkpoint.
    /// </exception>
    /// <exception cref="UnknownNameException">There is no such model.</exception>
    public static ModelFile From(WeightsFile file, string path, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var card = ModelCard.FromMetadata(file.Metadata, path);
        var network = file.Network is { } stored && model is null ? stored
            : card?.Network is { } own && (model is null || model == own.Name) ? own
            : FromCatalog(file, path, card, model);
        if (card is not null && (card.Input != network.Input || (card.HasClassifier && card.Classes.Count != network.OutputCount)))
        {
            throw new ModelFormatException(
                $"{path}: the file's card says that '{network.Name}' takes {card.Input} and has {card.Classes.Count} classes, but it takes "
                    + $"{network.Input} and has {network.OutputCount}; the file is damaged or was edited by hand.",
                ModelFormatError.Damaged, path);
        }

        card = file.Network is not null && card is not null ? card with { Network = network } : card;
        var content = file.For(network, path);
        return new(network, KnownArchitecture.Match(network, content, path), card ?? DefaultCard(network, file))
        {
            HasCard = card is not null || file.Transform is not null,
            Notices = [.. content.Notices, .. card is null && file.Network is null ? ChannelNotices(network, path) : []],
        };
    }

    /// <summary>Returns the file of a model: that of a run folder, or the file itself.</summary>
    /// <param name="path">A run folder or a file.</param>
    /// <param name="use">The set of a run's weights; null for the one that answers.</param>
    /// <exception cref="FileAccessException">The folder has no model, or not that set.</exception>
    internal static RunWeightsFile Find(string path, RunWeights? use = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RunWeightsFile.Find(path, use)
            ?? (WeightsFile.IsFolder(path) ? new(path, Notice: null)
            : throw ForeignFile.OfFolder(path) ?? (LanewiseException)new FileAccessException(
                $"{path}: the folder has no {RunWeightsFile.NameOf(RunWeights.Last)}; choose the folder of a run, whose training writes it "
                    + "after each epoch, or a file.",
                path,
                FileAccess.Read));
    }

    private static Network FromCatalog(WeightsFile file, string path, ModelCard? card, string? model)
    {
        string name = model ?? card?.Model
            ?? throw new ModelFormatException(
                $"{path}: the file does not say which model it holds, since it was not written by Lanewise; pass the model's name.",
                ModelFormatError.ModelNotNamed, path);
        if (model is null && ModelCatalog.All.All(e => !string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ModelFormatException(
                $"{path}: the network '{Excerpt.Of(name)}' is not in the catalog, and the file does not describe it. Save it with its "
                    + "network (trainer.Save, or a ModelCard with a network), or load its weights into the network (network.LoadWeights).",
                ModelFormatError.Unsupported, path);
        }

        var entry = ModelCatalog.Find(name);
        if (card is not null)
        {
            return entry.Create(new ModelOptions { Classes = card.Classes.Count, Input = card.Input });
        }

        var usual = entry.Create(new ModelOptions());
        file = file.For(usual, path);
        var network = entry.Create(new ModelOptions { Classes = ClassesOf(file, usual), Input = InputOf(file, usual) });
        return LacksClassifier(file, network) is { } features ? network.UpTo(features) : network;
    }

    /// <summary>
    /// Returns the layer whose values are the features if a file has weights of a model without those of its classifier; null otherwise.
    /// </summary>
    private static Node? LacksClassifier(WeightsFile file, Network network)
    {
        var classifier = GraphWalk.Classifier(network.Output);
        return classifier is { Inputs: [{ Index: > 0 } features] }
            && !file.Tensors.Any(t => classifier.Parameters.Any(p => p.Name == t.Name)) ? features : null;
    }

    private static ModelCard DefaultCard(Network network, WeightsFile file)
    {
        if (file.Network is null && network.Input.Channels is not (1 or 3))
        {
            // Arrays of values: no image has so many channels.
            return new(network.Name, DefaultClasses(network.OutputCount), transform: null, network: network);
        }

        var transform = file.Network is null
            ? ModelCatalog.Find(network.Name).Transform.For(network.Input)
            : file.Transform ?? DefaultTransform(network.Input);
        return file.Network is null && GraphWalk.Classifier(network.Output) is null
            ? new(network.Name, [], transform, network: network)
            : new(network.Name, DefaultClasses(network.OutputCount), transform, network: file.Network);
    }

    /// <summary>Returns ImageNet's normalization for colour images; null for networks that take no images.</summary>
    private static ImageTransform? DefaultTransform(Shape input) => input.Channels switch
    {
        3 => ImageTransform.ImageNet.For(input),
        1 => ImageTransform.Default(input),
        _ => null,
    };

    /// <summary>Returns ImageNet's names for as many classes, otherwise numbers.</summary>
    private static IReadOnlyList<string> DefaultClasses(int count) =>
        count == ImageNetClasses.Count ? ImageNetClasses.All : ClassNumbers(count);

    /// <summary>Returns the numbers of classes whose names are unknown.</summary>
    internal static string[] ClassNumbers(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// Returns the number of classes of a file without a card, from its classifier; null if it has none that fits the model.
    /// </summary>
    private static int? ClassesOf(WeightsFile file, Network usual)
    {
        var weight = GraphWalk.Classifier(usual.Output)?.Parameters[0];
        var found = file.Tensors.FirstOrDefault(t => t.Name == weight?.Name);
        return found is { Dimensions: [> 0 and var classes, var features] } && features == weight!.Dimensions[1] ? classes : null;
    }

    private static string[] ChannelNotices(Network network, string path) =>
        ModelCatalog.Find(network.Name).Transform.Input.Channels == network.Input.Channels ? []
        : [$"{path}: the first convolution takes {network.Input.Channels} channels, so {network.Name} was built for {network.Input}."];

    /// <summary>
    /// Returns the input of a file without a card whose first convolution takes other channels than the model's; null for the usual input.
    /// </summary>
    private static Shape? InputOf(WeightsFile file, Network usual)
    {
        var weight = usual.Parameters[0];
        var found = file.Tensors.FirstOrDefault(t => t.Name == weight.Name);
        return found is { Dimensions: [_, > 0 and <= MaxChannels and var channels, _, _] }
            && weight.Dimensions is [_, var own, _, _] && channels != own
            ? usual.Input with { Channels = channels }
            : null;
    }
}
