using Lanewise.Files;

namespace Lanewise;

/// <summary>The model of an ONNX file: a network that classifies, trains, is explained, and can be exported again.</summary>
/// <param name="Network">The network; its layers are named after the file's weights and nodes.</param>
/// <param name="Weights">Its weights.</param>
public sealed record OnnxModel(Network Network, Weights Weights)
{
    /// <summary>Gets the description that Lanewise wrote into the file; null for files of other tools.</summary>
    public ModelCard? Card { get; init; }

    /// <summary>
    /// Gets how images are prepared: that of the card, or where the graph begins with a normalization that one; null if the file does not
    /// say it.
    /// </summary>
    public ImageTransform? Transform { get; init; }

    /// <summary>Gets what the user should know about the reading, one sentence each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Converts the model to one whose classes and transform are known, by defaults where the file does not say them.</summary>
    /// <param name="classes">The class names in the order of the logits; null for those of the card, of ImageNet, or numbers.</param>
    /// <param name="transform">
    /// How images are prepared; null for that of the file, or for ImageNet's normalization where it has none.
    /// </param>
    /// <exception cref="InvalidOptionException">There is not one class name per output.</exception>
    public ModelFile ToModelFile(IReadOnlyList<string>? classes = null, ImageTransform? transform = null)
    {
        var model = ModelFile.From(ToWeightsFile(), Network.Name);
        if (classes is not null && classes.Count != Network.OutputCount)
        {
            throw new InvalidOptionException(
                $"{Network.Name}: {classes.Count} class names for {Network.OutputCount} outputs; one for each is needed.", nameof(classes));
        }

        return model with
        {
            Card = model.Card with { Classes = classes ?? model.Card.Classes, Transform = transform ?? model.Card.Transform },
        };
    }

    /// <summary>Converts the model to the content of a weights file.</summary>
    internal WeightsFile ToWeightsFile() => new(
        WeightsFormat.Onnx,
        Weights.Tensors,
        Card?.ToMetadata() ?? [],
        Weights.Tensors.ToDictionary(tensor => tensor.Name, _ => StoredType.F32, StringComparer.Ordinal))
    {
        Network = Network,
        Transform = Transform,
        Notices = Notices,
    };
}
