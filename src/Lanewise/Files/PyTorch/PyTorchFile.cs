using Lanewise.Graphs;

namespace Lanewise.Files;

/// <summary>
/// Reads the weights of <c>.pt</c>, <c>.pth</c> and <c>.th</c> files as <c>torch.save</c> writes them: today's zip archives and the
/// files of PyTorch before 1.6. The pickle within is read as data and nothing in it is ever executed.
/// </summary>
public static class PyTorchFile
{
    internal const string SaveStateDict = "where the file was made, save the weights alone: torch.save(model.state_dict(), \"weights.pth\")";


    // Weights hardly shrink when they are packed, and tensors that share a storage are few.
    private const int MaxUnpacking = 16;
    private const int MinAllowance = 16_000_000;

    /// <summary>Reads the tensors of the state dict that the file is or that a training script put into it; the rest is left out.</summary>
    /// <exception cref="LanewiseException">The file cannot be read, is damaged, or holds anything but data.</exception>
    public static WeightsFile Read(string path) => ReadFailure.Open(path, Read);

    /// <summary>Reads from the stream's beginning to its end.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="LanewiseException">The content is damaged, or holds anything but data.</exception>
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
            throw new LanewiseException($"{name} is refused: {e.Message}", e);
        }
    }

    /// <summary>How many bytes of values may be made of a file of that length.</summary>
    internal static long Allowance(long fileBytes) => MinAllowance + MaxUnpacking * fileBytes;

    /// <summary>The storages that the tensors need, by key.</summary>
    /// <exception cref="RefusedFileException">The tensors claim far more values than the file can hold, or disagree about a storage.</exception>
    internal static Dictionary<string, PyTorchStorage> Needed(IReadOnlyList<(string Name, TensorReference Tensor)> tensors, long fileBytes)
    {
        if (tensors.Sum(t => (long)t.Tensor.Count) * sizeof(float) > Allowance(fileBytes))
        {
            throw new RefusedFileException($"its tensors claim {tensors.Sum(t => (long)t.Tensor.Count):N0} values, far more than its {fileBytes:N0} bytes can hold");
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

    /// <summary>Makes the tensors of the storages as they come, so that only one lies in memory beside the tensors.</summary>
    internal static WeightsFile Assemble(
        WeightsFormat format, IReadOnlyList<(string Name, TensorReference Tensor)> references, IEnumerable<(string Key, float[] Values)> storages)
    {
        var places = Enumerable.Range(0, references.Count).ToLookup(i => references[i].Tensor.Storage.Key, StringComparer.Ordinal);
        var tensors = new Tensor[references.Count];
        foreach (var (key, values) in storages)
        {
            bool taken = false;
            foreach (int i in places[key])
            {
                var (name, tensor) = references[i];
                // One tensor may have the storage's own array; others of the same storage get copies.
                bool take = !taken && tensor.IsWholeStorage;
                taken |= take;
                tensors[i] = new Tensor(name, Array.ConvertAll(tensor.Sizes, size => (int)size), take ? values : tensor.Gather(values));
            }
        }
        var types = references.ToDictionary(r => r.Name, r => r.Tensor.Type, StringComparer.Ordinal);
        return new WeightsFile(format, tensors, new Dictionary<string, string>(StringComparer.Ordinal), types);
    }
}
