using Lanewise.IO;

namespace Lanewise.Files;

/// <summary>The file formats of weights.</summary>
public enum WeightsFormat
{
    /// <summary>A safetensors file.</summary>
    Safetensors,
    /// <summary>PyTorch's zip archive (1.6 and later).</summary>
    PyTorchZip,
    /// <summary>PyTorch's legacy format (before 1.6).</summary>
    PyTorchLegacy,
    /// <summary>An ONNX file.</summary>
    Onnx,
}

/// <summary>The content of a weights file of any format.</summary>
/// <param name="Format">The file's format.</param>
/// <param name="Tensors">The tensors in file order, converted to floats.</param>
/// <param name="Metadata">The file's metadata; empty if it has none.</param>
/// <param name="StoredTypes">The data type of each tensor in the file, by name.</param>
public sealed record WeightsFile(
    WeightsFormat Format,
    IReadOnlyList<Tensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, StoredType> StoredTypes)
{
    /// <summary>Gets the network of the tensors; null for files that describe none, or only in their card.</summary>
    internal Network? Network { get; init; }

    /// <summary>Gets how images are prepared, where the file says it otherwise than in a card; null if it does not.</summary>
    internal ImageTransform? Transform { get; init; }

    /// <summary>Gets what a user should know about the reading, one sentence each.</summary>
    internal IReadOnlyList<string> Notices { get; init; } = [];

    // The prefix that torch.nn.DataParallel adds to every name.
    private const string Wrapper = "module.";

    /// <summary>
    /// Reads a safetensors or PyTorch file; the format is detected from the content. If every name begins with <c>module.</c>, the
    /// prefix is removed.
    /// </summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or not a weights file.</exception>
    public static WeightsFile Read(string path) => InputFile.Read(path, Read);

    /// <summary>
    /// Returns the tensors under the names of a network's parameters: as they are where the names agree, else, if the file describes a
    /// network of the same structure, renamed.
    /// </summary>
    internal IReadOnlyList<Tensor> TensorsFor(Network network)
    {
        var names = network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return Network is null || Tensors.All(tensor => names.Contains(tensor.Name)) ? Tensors
            : StructuralMatch.Rename(Network, new Weights(Tensors), network) ?? Tensors;
    }

    private static WeightsFile Read(Stream stream, string path)
    {
        Span<byte> start = stackalloc byte[9];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return (start[..length] switch
        {
            // The header's length is far below 2³², so the upper half of the u64 is zero and the header follows.
            [_, _, _, _, 0, 0, 0, 0, (byte)'{'] => Safetensors.Read(stream, path),
            [(byte)'P', (byte)'K', ..] or [0x80, _, ..] => PyTorchFile.Read(stream, path),
            _ when path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) => Safetensors.Read(stream, path),
            _ when path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) => throw new ModelFormatException(
                $"{path} is an ONNX file, which the package Lanewise.Onnx reads: OnnxFile.Read(path).ToModelFile().",
                ModelFormatError.Unsupported,
                path),
            _ => throw new ModelFormatException(
                $"{path} is not a weights file that Lanewise reads: expected a .safetensors file, or a .pt, .pth or .th file "
                    + $"that torch.save wrote.",
                ModelFormatError.Unsupported, path),
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
