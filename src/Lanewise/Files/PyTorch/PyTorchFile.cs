using Lanewise.IO;

namespace Lanewise.Files;

/// <summary>
/// Reads the weights of <c>.pt</c>, <c>.pth</c> and <c>.th</c> files that <c>torch.save</c> wrote: zip archives (PyTorch 1.6 and
/// later) and the legacy format. The pickle in them is parsed as data; no code in it is ever executed.
/// </summary>
public static class PyTorchFile
{
    internal const string SaveStateDict = "save only the weights in PyTorch: torch.save(model.state_dict(), \"weights.pth\")";

    // Weights barely compress, and few tensors share a storage.
    private const int MaxCompression = 16;
    private const int MinAllowance = 16_000_000;

    /// <summary>Reads the tensors of the state dict that the file is, or contains under a usual key; other values are ignored.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or holds anything but data.</exception>
    public static WeightsFile Read(string path) => InputFile.Read(path, Read);

    /// <summary>Reads a stream from its start.</summary>
    /// <param name="stream">A seekable stream.</param>
    /// <param name="name">The file's name in messages.</param>
    /// <exception cref="ModelFormatException">The content is damaged, or holds anything but data.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public static WeightsFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream must be able to seek.", nameof(stream));
        }
        try
        {
            bool zip = stream.ReadByte() == 'P';
            stream.Position = 0;
            return zip ? PyTorchZip.Read(stream) : PyTorchLegacy.Read(stream);
        }
        catch (RefusedFileException e)
        {
            throw new ModelFormatException($"{name} is refused: {e.Message}", ModelFormatError.Damaged, name, e);
        }
    }

    /// <summary>Returns the maximum number of value bytes that a file of that length may unpack to.</summary>
    internal static long Allowance(long fileBytes) => MinAllowance + MaxCompression * fileBytes;

    /// <summary>Returns the storages of the tensors, by key.</summary>
    /// <exception cref="RefusedFileException">
    /// The tensors claim far more values than the file can hold, or disagree on a storage.
    /// </exception>
    internal static Dictionary<string, PyTorchStorage> Needed(IReadOnlyList<(string Name, TensorReference Tensor)> tensors, long fileBytes)
    {
        if (tensors.Sum(t => (long)t.Tensor.Count) * sizeof(float) > Allowance(fileBytes))
        {
            throw new RefusedFileException($"its tensors claim {tensors.Sum(t => (long)t.Tensor.Count):N0} values, far more "
                + $"than its {fileBytes:N0} bytes can hold");
        }
        var needed = new Dictionary<string, PyTorchStorage>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            var storage = new PyTorchStorage(tensor.Storage.Key, tensor.Type, tensor.Storage.Bytes);
            if (!needed.TryAdd(storage.Key, storage) && needed[storage.Key] != storage)
            {
                throw new RefusedFileException($"{Excerpt.Of(name)} shares its storage with a tensor of another type or length");
            }
        }
        return needed;
    }

    /// <summary>Builds the tensors as their storages arrive, so that only one storage is in memory besides the tensors.</summary>
    internal static WeightsFile Assemble(
        WeightsFormat format,
        IReadOnlyList<(string Name, TensorReference Tensor)> references,
        IEnumerable<(string Key, float[] Values)> storages)
    {
        var indices = Enumerable.Range(0, references.Count).ToLookup(i => references[i].Tensor.Storage.Key, StringComparer.Ordinal);
        var tensors = new Tensor[references.Count];
        foreach (var (key, values) in storages)
        {
            bool taken = false;
            foreach (int i in indices[key])
            {
                var (name, tensor) = references[i];
                // One tensor may own the storage's array; others that share the storage get copies.
                bool take = !taken && tensor.IsWholeStorage;
                taken |= take;
                tensors[i] = new Tensor(name, Array.ConvertAll(tensor.Sizes, size => (int)size), take ? values : tensor.Gather(values));
            }
        }
        var types = references.ToDictionary(r => r.Name, r => r.Tensor.Type, StringComparer.Ordinal);
        return new WeightsFile(format, tensors, new Dictionary<string, string>(StringComparer.Ordinal), types);
    }
}
