using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>The state dict that a PyTorch file is, or contains.</summary>
/// <param name="Key">The keys that lead to it, joined by dots; empty for the file's own object.</param>
/// <param name="Tensors">The tensors in order.</param>
/// <param name="Others">The other sets of weights of the file.</param>
internal sealed record StateDict(
    string Key, IReadOnlyList<(string Name, TensorReference Tensor)> Tensors, IReadOnlyList<WeightSet> Others)
{
    private const int MaxWrappers = 4;
    private const int MaxShown = 8;

    // In this order: a set that a training goes on with comes before its moving average.
    private static readonly string[] Wrappers =
    [
        "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params", "module",
        "state_dict_ema", "model_ema", "ema_state_dict", "params_ema", "ema",
    ];

    /// <summary>Finds it: the object itself, an entry with one of the usual names, the only set, or that of a key.</summary>
    /// <param name="root">The file's object.</param>
    /// <param name="key">The keys that lead to the set, joined by dots; null to look under the usual names.</param>
    /// <exception cref="RefusedFileException">There is none, there are several, or two tensors have the same name.</exception>
    public static StateDict Find(object? root, string? key)
    {
        var sets = WeightSets.All(root);
        var set = key is null ? Unwrap(root, "") : WeightSets.Follow(root, key) is PickleDictionary given ? Unwrap(given, key) : null;
        if (set is not { Count: > 0 } && key is null && sets.Count == 1)
        {
            set = sets[0];
        }
        if (set is not { Count: > 0 })
        {
            throw sets.Count == 0 ? None(set?.Items ?? root)
                : key is not null ? new RefusedFileException($"it has no weights under '{Excerpt.Of(key)}'", $"it has {Names(sets)}")
                : new RefusedFileException(
                    "it has several sets of weights, none under a usual name", $"choose one by its key: {Names(sets)}");
        }
        var tensors = Select(set);
        // A set that is nearly as large is another version of the weights, such as their moving average.
        var others = sets.Where(other => !ReferenceEquals(other.Items, set.Items) && 2 * other.Count >= tensors.Length);
        return new(set.Key, tensors, [.. others]);
    }

    private static (string Name, TensorReference Tensor)[] Select(WeightSet set)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<(string Name, TensorReference Tensor)>();
        foreach (var (name, value) in set.Items.Named)
        {
            if (value is PickleOpaque { HoldsData: true } unknown)
            {
                throw new RefusedFileException(
                    $"its tensor {Excerpt.Of(name)} needs {Excerpt.Of(unknown.Type)}, and nothing but plain tensors is read or run",
                    PyTorchFile.SaveStateDict);
            }
            if (value is not TensorReference tensor)
            {
                continue;
            }
            tensor.Check(name);
            if (!names.Add(name))
            {
                throw new RefusedFileException($"the name {Excerpt.Of(name)} occurs twice");
            }
            tensors.Add((name, tensor));
        }
        return [.. tensors];
    }

    private static WeightSet? Unwrap(object? root, string key)
    {
        var dictionary = root as PickleDictionary;
        for (int level = 0; level < MaxWrappers && dictionary is not null; level++)
        {
            var (name, inner) = Wrappers
                .SelectMany(
                    name => dictionary.Named.Where(item => item.Name == name && item.Value is PickleDictionary { Items.Count: > 0 }))
                .FirstOrDefault();
            if (inner is null)
            {
                break;
            }
            (dictionary, key) = ((PickleDictionary)inner, WeightSets.Join(key, name));
        }
        return dictionary is null ? null : new(key, dictionary);
    }

    private static string Names(List<WeightSet> sets) =>
        string.Join(", ", sets.Take(MaxShown)) + (sets.Count > MaxShown ? $" and {sets.Count - MaxShown} more" : "");

    /// <summary>Explains that a file has no set of weights: what it has instead.</summary>
    public static RefusedFileException None(object? root)
    {
        var values = (root as PickleDictionary)?.Named.Select(item => item.Value) ?? [root];
        return values.OfType<PickleOpaque>().OrderByDescending(value => value.HoldsData).FirstOrDefault() is { } unknown
            && (unknown.HoldsData || ReferenceEquals(unknown, root))
                ? new(
                    $"it asks for {Excerpt.Of(unknown.Type)}, and nothing but tensors and plain values is read or run",
                    PyTorchFile.SaveStateDict)
                : new($"there is no state dict in it, but {Describe(root)}", PyTorchFile.SaveStateDict);
    }

    private static string Describe(object? root) => root switch
    {
        PickleDictionary { Items.Count: 0 } => "an empty dictionary",
        PickleDictionary dictionary => "a dictionary of " + string.Join(
            ", ", dictionary.Named.Take(MaxShown).Select(Describe).DefaultIfEmpty("values without names")),
        PickleList => "a list",
        TensorReference => "a single tensor",
        _ => "a single value",
    };

    private static string Describe((string Name, object? Value) item) =>
        Excerpt.Of(item.Name) + (item.Value is PickleOpaque skipped ? $" ({Excerpt.Of(skipped.Type)})" : "");
}
