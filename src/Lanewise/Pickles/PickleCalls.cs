namespace Lanewise.Pickles;

/// <summary>Turns the names and calls in a pickle into data: known objects, or opaque ones where the name is unknown.</summary>
/// <param name="input">The pickle's bytes, whose budget pays.</param>
/// <param name="objects">The names that are known.</param>
internal sealed class PickleCalls(PickleInput input, PickleObjects objects)
{
    private const int MaxSkippedTypes = 64;

    private readonly List<string> _skippedTypes = [];

    /// <summary>The names of the unknown classes whose objects were skipped, in the order of the file; at most 64.</summary>
    public IReadOnlyList<string> SkippedTypes => _skippedTypes;

    /// <summary>Returns the value of a name.</summary>
    public object Find(string module, string name)
    {
        // A long text may be referenced often, so it is cut before it is copied.
        string full = $"{Short(module)}.{Short(name)}";
        input.Spend(sizeof(char) * (long)full.Length);
        return objects.Find(full) ?? (object)new PickleOpaque(full);
    }

    /// <summary>Creates, as data, the object of a call: a name and its arguments.</summary>
    /// <exception cref="RefusedFileException">It is no call, or its arguments are malformed.</exception>
    public object? Make(ReadOnlySpan<object?> call) => call switch
    {
        [PickleName callee, PickleList arguments] => Make(callee, arguments.Items),
        [PickleOpaque callee, PickleList arguments] => Skip(callee.Make(arguments)),
        _ => throw new RefusedFileException("its pickle is malformed"),
    };

    private static string Short(string name) =>
        name.Length <= PickleInput.MaxNameLength ? name : name[..PickleInput.MaxNameLength];

    /// <summary>Creates a known object. Each copy of a list, which the file may reference many times, is charged to the budget.</summary>
    private object? Make(PickleName callee, IReadOnlyList<object?> arguments)
    {
        foreach (var list in arguments.OfType<PickleList>())
        {
            input.Spend(2 * PickleContainer.ItemCost * (long)list.Items.Count);
        }
        return objects.Make(callee, arguments);
    }

    private PickleOpaque Skip(PickleOpaque made)
    {
        if (_skippedTypes.Count < MaxSkippedTypes && !_skippedTypes.Contains(made.Type, StringComparer.Ordinal))
        {
            _skippedTypes.Add(made.Type);
        }
        return made;
    }
}
