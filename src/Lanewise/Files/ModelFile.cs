using System.Globalization;

namespace Lanewise.Files;

/// <summary>A trained model in one file: weights under PyTorch's names, and a card that describes them.</summary>
/// <param name="Network">The network of the weights.</param>
/// <param name="Weights">The weights.</param>
/// <param name="Card">The model's description; for a file without a card, the defaults of the model.</param>
public sealed record ModelFile(Network Network, Weights Weights, ModelCard Card)
{
    /// <summary>Writes a safetensors file with the card in its metadata, atomically.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public static void Save(string path, Weights weights, ModelCard card) => Safetensors.Write(path, weights.Tensors, card.ToMetadata());

    /// <summary>Reads a safetensors or PyTorch file. A file without a model card needs the model's name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model's name in <see cref="ModelCatalog"/>; null to use the name in the card.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is not a weights file, does not name its model, or holds another one.</exception>
    /// <exception cref="UnknownNameException">There is no such model.</exception>
    public static ModelFile Load(string path, string? model = null) => From(WeightsFile.Read(path), path, model);

    /// <summary>Builds a model from the content of a file.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="path">The file's name in messages.</param>
    /// <param name="model">The model's name in <see cref="ModelCatalog"/>; null to use the name in the card.</param>
    /// <exception cref="ModelFormatException">The file does not name its model, or holds another one.</exception>
    /// <exception cref="UnknownNameException">There is no such model.</exception>
    public static ModelFile From(WeightsFile file, string path, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var card = ModelCard.FromMetadata(file.Metadata, path);
        string name = model ?? card?.Model
            ?? throw new ModelFormatException(
                $"{path}: the file does not say which model it holds, since it was not written by Lanewise; pass the model's name.",
                ModelFormatError.ModelNotNamed, path);
        var entry = ModelCatalog.Find(name);
        int? outputs = card?.Classes.Count ?? ClassesOf(file, entry);
        var network = entry.Create(new ModelOptions { Classes = outputs, Input = card?.Transform.Input });
        if (card is not null && card.Transform.Input != network.Input)
        {
            throw new ModelFormatException(
                $"{path}: the file's card says that '{network.Name}' takes {card.Transform.Input}, but it takes "
                    + $"{network.Input}; the file is damaged or was edited by hand.",
                ModelFormatError.Damaged, path);
        }

        card ??= new ModelCard(network.Name, Numbers(network.OutputCount), entry.Transform.For(network.Input));
        return new(network, Weights.Match(network, file.Tensors, path), card);
    }

    private static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// Returns the number of classes of a file without a card, from its classifier; null if it has none that fits the model.
    /// </summary>
    private static int? ClassesOf(WeightsFile file, ModelEntry entry)
    {
        var weight = GraphWalk.Classifier(entry.Create(new ModelOptions()).Output)?.Parameters[0];
        var found = file.Tensors.FirstOrDefault(t => t.Name == weight?.Name);
        return found is { Dimensions: [> 0 and var classes, var features] } && features == weight!.Dimensions[1] ? classes : null;
    }
}
