namespace Lanewise.Files;

/// <summary>Finds the state dict in a PyTorch file's object: the object itself, or an entry with one of the usual names.</summary>
internal static class StateDict
{
    private const int MaxWrappers = 3;
    private const int MaxShown = 8;

    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "net"];

    /// <summary>Returns the tensors in order; other values are ignored.</summary>
    /// <exception cref="RefusedFileException">There are none, or two have the same name.</exception>
    public static IReadOnlyList<(string Name, TensorReference Tensor)> Find(object? root)
    {
        var dictionary = Unwrap(root);
        var tensors = dictionary?.Named
            .Where(item => item.Value is TensorReference)
            .Select(item => (item.Name, (TensorReference)item.Value!))
            .ToArray();
        if (tensors is not { Length: > 0 })
        {
            throw new RefusedFileException($"there is no state dict in it, but {Describe(root)}", PyTorchFile.SaveStateDict);
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            tensor.Check(name);
            if (!names.Add(name))
            {
                throw new RefusedFileException($"the name {Excerpt.Of(name)} occurs twice");
            }
        }
        return tensors;
    }

    private static PickleDictionary? Unwrap(object? root)
    {
        var dictionary = root as PickleDictionary;
        for (int level = 0; level < MaxWrappers && dictionary is not null; level++)
        {
            var inner = Wrappers
                .Select(name => dictionary.Named.FirstOrDefault(item => item.Name == name).Value)
                .OfType<PickleDictionary>()
                .FirstOrDefault();
            if (inner is null)
            {
                break;
            }
            dictionary = inner;
        }
        return dictionary;
    }

    private static string Describe(object? root) => root switch
    {
        PickleDictionary { Items.Count: 0 } => "an empty dictionary",
        PickleDictionary dictionary => "a dictionary of " + string.Join(
            ", ", dictionary.Named.Take(MaxShown).Select(item => Excerpt.Of(item.Name)).DefaultIfEmpty("values without names")),
        PickleList => "a list",
        TensorReference => "a single tensor",
        _ => "a single value",
    };
}
