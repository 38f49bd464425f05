using Lanewise.Graphs;

namespace Lanewise.Files;

/// <summary>What a file of weights holds, whatever its format.</summary>
/// <param name="Tensors">The tensors in the file's order, their values as floats.</param>
/// <param name="Metadata">The file's own words about itself; empty when it has none.</param>
/// <param name="StoredTypes">The type in which the file stores each tensor, by name.</param>
public sealed record WeightsFile(
    IReadOnlyList<Tensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, StoredType> StoredTypes)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="LanewiseException">It cannot be read, or is damaged.</exception>
    public static WeightsFile Read(string path) => Safetensors.Read(path);
}
