using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>The parts of a PyTorch file, of whatever format, before any value is read.</summary>
/// <param name="Format">The format.</param>
/// <param name="Root">The object that was saved.</param>
/// <param name="SkippedTypes">The names of the classes whose objects were skipped.</param>
/// <param name="FileBytes">The file's length, which bounds what it may hold.</param>
/// <param name="Storages">Reads the values of storages, in the order of the file.</param>
internal sealed record TorchContent(
    WeightsFormat Format,
    object? Root,
    IReadOnlyList<string> SkippedTypes,
    long FileBytes,
    Func<Dictionary<string, PyTorchStorage>, IEnumerable<(string Key, float[] Values)>> Storages)
{
    private const int MaxShown = 6;

    // Weights barely compress, and few tensors share a storage.
    private const int MaxCompression = 16;
    private const int MinAllowance = 16_000_000;

    /// <summary>Returns the maximum number of value bytes that a file of that length may unpack to.</summary>
    public static long Allowance(long fileBytes) => MinAllowance + MaxCompression * fileBytes;

    /// <summary>Reads the state dict's tensors.</summary>
    /// <param name="key">The key of the set; null for the usual one.</param>
    /// <param name="name">The file's name, for notices.</param>
    /// <exception cref="RefusedFileException">There is none, or the file is damaged.</exception>
    public WeightsFile ToWeightsFile(string? key, string name)
    {
        var found = StateDict.Find(Root, key);
        var notices = new List<string>();
        if (found.Others.Count > 0)
        {
            notices.Add($"{name}: the weights are those of '{Excerpt.Of(found.Key)}' ({found.Tensors.Count:N0} tensors); {{key}} takes "
                + $"{string.Join(" or ", found.Others.Take(MaxShown))} instead.");
        }
        if (SkippedTypes.Count > 0)
        {
            string more = SkippedTypes.Count > MaxShown ? $" and {SkippedTypes.Count - MaxShown} more" : "";
            notices.Add($"{name}: objects beside the weights were skipped, and nothing in them was run: "
                + $"{string.Join(", ", SkippedTypes.Take(MaxShown).Select(Excerpt.Of))}{more}.");
        }
        return Assemble(found.Tensors) with { Notices = notices };
    }

    /// <summary>Lists the tensors of all sets.</summary>
    /// <param name="limit">How many are listed at most.</param>
    /// <exception cref="RefusedFileException">There is no set.</exception>
    public IReadOnlyList<ListedTensor> List(int limit)
    {
        var sets = WeightSets.All(Root);
        return sets.Count == 0 ? throw StateDict.None(Root) :
        [
            .. sets.SelectMany(set => set.Items.Named.Select(item => item.Value switch
            {
                TensorReference tensor => new ListedTensor(set.Key, item.Name, tensor.Type.Name(), tensor.Sizes),
                PickleOpaque { HoldsData: true } unknown => new ListedTensor(set.Key, item.Name, unknown.Type, []),
                _ => null,
            }))
            .OfType<ListedTensor>()
            .Take(limit),
        ];
    }

    /// <summary>Builds the tensors as their storages arrive, so that only one storage is in memory besides the tensors.</summary>
    private WeightsFile Assemble(IReadOnlyList<(string Name, TensorReference Tensor)> references)
    {
        var indices = Enumerable.Range(0, references.Count).ToLookup(i => references[i].Tensor.Storage.Key, StringComparer.Ordinal);
        var tensors = new Tensor[references.Count];
        foreach (var (key, values) in Storages(Needed(references)))
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
        return new WeightsFile(Format, tensors, new Dictionary<string, string>(StringComparer.Ordinal), types);
    }

    /// <summary>Returns the storages of the tensors, by key.</summary>
    /// <exception cref="RefusedFileException">
    /// The tensors claim far more values than the file can hold, or disagree on a storage.
    /// </exception>
    private Dictionary<string, PyTorchStorage> Needed(IReadOnlyList<(string Name, TensorReference Tensor)> tensors)
    {
        if (tensors.Sum(t => (long)t.Tensor.Count) * sizeof(float) > Allowance(FileBytes))
        {
            throw new RefusedFileException($"its tensors claim {tensors.Sum(t => (long)t.Tensor.Count):N0} values, far more "
                + $"than its {FileBytes:N0} bytes can hold");
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
}
