using Lanewise.Graphs;

namespace Lanewise.Files;

/// <summary>What a safetensors file holds.</summary>
/// <param name="Tensors">The tensors in the order of the file's header, their values as floats.</param>
/// <param name="Metadata">The file's own words about itself; empty when it has none.</param>
/// <param name="StoredTypes">The type in which the file stores each tensor, by name.</param>
public sealed record SafetensorsFile(
    IReadOnlyList<Tensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, StoredType> StoredTypes);
