using Lanewise.Graphs;

namespace Lanewise.Files;

/// <summary>The formats in which weights are read.</summary>
public enum WeightsFormat
{
    /// <summary>safetensors.</summary>
    Safetensors,
    /// <summary>PyTorch's zip archives, since 1.6.</summary>
    PyTorchZip,
    /// <summary>PyTorch's files before 1.6.</summary>
    PyTorchLegacy,
}

/// <summary>What a file of weights holds, whatever its format.</summary>
/// <param name="Format">The file's format.</param>
/// <param name="Tensors">The tensors in the file's order, their values as floats.</param>
/// <param name="Metadata">The file's own words about itself; empty when it has none.</param>
/// <param name="StoredTypes">The type in which the file stores each tensor, by name.</param>
public sealed record WeightsFile(
    WeightsFormat Format,
    IReadOnlyList<Tensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, StoredType> StoredTypes)
{
    // What PyTorch's wrapper for several processors puts before every name.
    private const string Wrapper = "module.";

    /// <summary>
    /// Reads a safetensors file or one of PyTorch's; the content tells which it is. Where every name begins with <c>module.</c>,
    /// that is left out.
    /// </summary>
    /// <exception cref="LanewiseException">The file cannot be read, is damaged, or is of another kind.</exception>
    public static WeightsFile Read(string path) => ReadFailure.Open(path, Read);

    private static WeightsFile Read(Stream stream, string path)
    {
        Span<byte> start = stackalloc byte[9];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return (start[..length] switch
        {
            // The header's length is far below 2³², and the header begins behind it.
            [_, _, _, _, 0, 0, 0, 0, (byte)'{'] => Safetensors.Read(stream, path),
            [(byte)'P', (byte)'K', ..] or [0x80, _, ..] => PyTorchFile.Read(stream, path),
            _ when path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) => Safetensors.Read(stream, path),
            _ => throw new LanewiseException($"{path} is no file of weights that Lanewise reads; name a .safetensors file, or a .pt, .pth or .th file that torch.save wrote."),
        }).Unwrapped();
    }

    private WeightsFile Unwrapped() => Tensors.Count > 0 && Tensors.All(t => t.Name.StartsWith(Wrapper, StringComparison.Ordinal))
        ? this with
        {
            Tensors = [.. Tensors.Select(t => t with { Name = t.Name[Wrapper.Length..] })],
            StoredTypes = StoredTypes.ToDictionary(t => t.Key[Wrapper.Length..], t => t.Value, StringComparer.Ordinal),
        }
        : this;
}
