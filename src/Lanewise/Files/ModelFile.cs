using System.Globalization;
using Lanewise.Graphs;
using Lanewise.Models;

namespace Lanewise.Files;

/// <summary>A trained model in one file: weights under PyTorch's names, and a card that says what they are.</summary>
/// <param name="Network">The network that the weights fit.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="Card">What is known of it; made up from the model's defaults for a file from elsewhere.</param>
public sealed record ModelFile(Network Network, Weights Weights, ModelCard Card)
{
    /// <summary>Writes a safetensors file with the card in its metadata, whole or not at all.</summary>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public static void Save(string path, Weights weights, ModelCard card) => Safetensors.Write(path, weights.Tensors, card.ToMetadata());

    /// <summary>Reads a file written here or, with the model named, elsewhere: safetensors or one of PyTorch's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The registered model; null to take the card's word for it.</param>
    /// <exception cref="LanewiseException">It cannot be read, is no file of weights, does not say which model it holds, or holds another one.</exception>
    public static ModelFile Load(string path, string? model = null) => From(WeightsFile.Read(path), path, model);

    /// <summary>Makes a model of what a file holds.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="path">What messages call the file.</param>
    /// <param name="model">The registered model; null to take the card's word for it.</param>
    /// <exception cref="LanewiseException">The file does not say which model it holds, or holds another one.</exception>
    public static ModelFile From(WeightsFile file, string path, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var card = ModelCard.FromMetadata(file.Metadata, path);
        string name = model ?? card?.Model
            ?? throw new LanewiseException($"{path}: the file does not say which model it holds, since it was not written by Lanewise; name it, on the command line with --model ({string.Join(", ", ModelCatalog.All.Select(m => m.Name))}).");
        var entry = ModelCatalog.Find(name);
        var network = entry.Create(new ModelOptions { Classes = card?.Classes.Count ?? ClassesOf(file, entry), Input = card?.Preprocessing.Input });
        if (card is not null && card.Preprocessing.Input != network.Input)
        {
            throw new LanewiseException($"{path}: the file's card gives {card.Preprocessing.Input} as the input of '{network.Name}', which takes {network.Input}; the file is damaged or was edited by hand.");
        }

        card ??= new ModelCard(network.Name, [.. Enumerable.Range(0, network.OutputCount).Select(i => i.ToString(CultureInfo.InvariantCulture))], entry.Preprocessing.For(network.Input));
        return new(network, Weights.Match(network, file.Tensors, path), card);
    }

    /// <summary>The classes of a file without a card: the outputs of its classifier; null when it has none that fits the model.</summary>
    private static int? ClassesOf(WeightsFile file, ModelEntry entry)
    {
        var weight = GraphWalk.Classifier(entry.Create(new ModelOptions()).Output)?.Parameters[0];
        var found = file.Tensors.FirstOrDefault(t => t.Name == weight?.Name);
        return found is { Dimensions: [> 0 and var classes, var features] } && features == weight!.Dimensions[1] ? classes : null;
    }
}
