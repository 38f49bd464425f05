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

    /// <summary>Gets the prefix that was removed from all names; empty for none.</summary>
    internal string Prefix { get; private init; } = "";

    /// <summary>
    /// Reads a safetensors or PyTorch file, or a PyTorch archive that was unpacked to a folder; the format is detected from the content.
    /// Prefixes that all names share, such as <c>module.</c> or <c>_orig_mod.</c>, are removed unless Lanewise wrote the file.
    /// </summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or not a weights file.</exception>
    public static WeightsFile Read(string path) => Read(path, key: null);

    /// <summary>Reads one of several sets of weights of a PyTorch file.</summary>
    /// <inheritdoc cref="Read(string)"/>
    /// <param name="path">The file.</param>
    /// <param name="key">The keys that lead to the set, joined by dots; null for the usual one.</param>
    internal static WeightsFile Read(string path, string? key)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = PyTorchFolder.Find(path) is { } folder
            ? PyTorchFile.OpenFolder(folder, content => content.ToWeightsFile(key, path))
            : InputFile.Read(path, (stream, name) => Read(stream, name, key));
        return file.WithoutPrefix(path);
    }

    /// <summary>Whether a path is a folder that is read like a file.</summary>
    internal static bool IsFolder(string path) => PyTorchFolder.Find(path) is not null;

    /// <summary>
    /// Returns the tensors under the names of a network's parameters: as they are where the names agree, else, if the file describes a
    /// network of the same structure, renamed; a classifier under another usual name is taken as the network's.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file's name, for notices.</param>
    internal WeightsFile For(Network network, string path)
    {
        var names = network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        if (Prefix.Length > 0 && names.Count > 0 && names.All(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // The network's own names begin so.
            return this with { Tensors = [.. Tensors.Select(tensor => tensor with { Name = Prefix + tensor.Name })], Prefix = "" };
        }

        if (Network is not null)
        {
            return Tensors.All(tensor => names.Contains(tensor.Name)) || StructuralMatch.Rename(Network, new Weights(Tensors), network)
                is not { } renamed ? this : this with { Tensors = renamed };
        }

        return GraphWalk.Classifier(network.Output) is { } own && !Tensors.Any(t => t.Name == own.Parameters[0].Name)
            && WeightNames.OtherClassifier(own, Tensors) is { } other
                ? WithClassifier(other, own.Parameters[0].Name[..^".weight".Length], path)
                : this;
    }

    /// <summary>Names the first value that is not finite.</summary>
    /// <exception cref="ModelFormatException">There is one.</exception>
    internal void RequireFinite(string path) => FiniteValues.Require(Tensors, path);

    private static WeightsFile Read(Stream stream, string path, string? key) => IsSafetensors(stream, path)
        ? OfOneSet(path, key) ?? Safetensors.Read(stream, path)
        : PyTorchFile.Read(stream, path, key);

    /// <summary>Tells a safetensors file from one of PyTorch by its content.</summary>
    /// <param name="stream">The file; it is left at its start.</param>
    /// <param name="path">The file's name.</param>
    /// <exception cref="ModelFormatException">It is neither; the message says what it is, if that is known.</exception>
    internal static bool IsSafetensors(Stream stream, string path)
    {
        Span<byte> start = stackalloc byte[9];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        switch (start[..length])
        {
            // The header's length is far below 2³², so the upper half of the u64 is zero and the header follows.
            case [_, _, _, _, 0, 0, 0, 0, (byte)'{']:
                return true;
            case [(byte)'P', (byte)'K', ..]:
                ForeignFile.ThrowIfArchive(stream, path);
                return false;
            case [0x80, _, ..]:
                return false;
        }

        ForeignFile.ThrowIf(stream, path);
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        throw path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
            ? new ModelFormatException(
                $"{path} is an ONNX file, which the package Lanewise.Onnx reads: OnnxFile.Read(path).ToModelFile().",
                ModelFormatError.Unsupported,
                path)
            : new ModelFormatException(
                $"{path} is not a weights file that Lanewise reads: expected a .safetensors file, or a .pt, .pth or .th file "
                    + $"that torch.save wrote.",
                ModelFormatError.Unsupported, path);
    }

    /// <summary>Refuses a key for a file without sets.</summary>
    /// <returns>Null.</returns>
    /// <exception cref="ModelFormatException">A key is given.</exception>
    internal static WeightsFile? OfOneSet(string path, string? key) => key is null ? null : throw new ModelFormatException(
        $"{path} has one set of weights and no key '{Excerpt.Of(key)}'; keys choose among the sets of a PyTorch file.",
        ModelFormatError.Mismatch,
        path);

    private WeightsFile WithoutPrefix(string path)
    {
        bool isOwn = Network is not null || Metadata.Keys.Any(key => key.StartsWith(CardValues.Prefix, StringComparison.Ordinal));
        string prefix = isOwn ? "" : WeightNames.CommonPrefix([.. Tensors.Select(tensor => tensor.Name)]);
        return prefix.Length == 0 ? this : this with
        {
            Prefix = prefix,
            Tensors = [.. Tensors.Select(t => t with { Name = t.Name[prefix.Length..] })],
            StoredTypes = StoredTypes.ToDictionary(t => t.Key[prefix.Length..], t => t.Value, StringComparer.Ordinal),
            Notices = [.. Notices, $"{path}: all names began with '{prefix}', which was removed."],
        };
    }

    private WeightsFile WithClassifier(string from, string to, string path)
    {
        string Renamed(string name) => name.StartsWith(from + ".", StringComparison.Ordinal) ? to + name[from.Length..] : name;
        return this with
        {
            Tensors = [.. Tensors.Select(tensor => tensor with { Name = Renamed(tensor.Name) })],
            StoredTypes = StoredTypes.ToDictionary(t => Renamed(t.Key), t => t.Value, StringComparer.Ordinal),
            Notices = [.. Notices, $"{path}: its classifier '{from}' was taken as '{to}'."],
        };
    }
}
