using System.Globalization;
using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>A dictionary of a file in which tensors lie.</summary>
/// <param name="Key">The keys that lead to it, joined by dots; empty for the file's own object.</param>
/// <param name="Items">The dictionary.</param>
internal sealed record WeightSet(string Key, PickleDictionary Items)
{
    /// <summary>The number of tensors that lie in it directly.</summary>
    public int Count { get; } = Items.Named.Count(item => item.Value is TensorReference);

    /// <summary>The set for messages.</summary>
    public override string ToString() => $"'{Excerpt.Of(Key)}' ({Count:N0} tensors)";
}

/// <summary>Finds the dictionaries of tensors in a file's object.</summary>
internal static class WeightSets
{
    private const int MaxDepth = 4;

    // Values may be shared, so that walking every path could take for ever.
    private const int MaxVisited = 2_000, MaxItems = 1_000_000;

    /// <summary>Returns all sets, the outer ones first.</summary>
    public static List<WeightSet> All(object? root)
    {
        var sets = new List<WeightSet>();
        var queue = new Queue<(string Key, object? Value, int Depth)>();
        queue.Enqueue(("", root, 0));
        int visited = 0, items = 0;
        while (queue.TryDequeue(out var next) && visited++ < MaxVisited)
        {
            foreach (var (name, value) in Children(next.Value))
            {
                if (items++ > MaxItems)
                {
                    return sets;
                }
                if (value is PickleDictionary or PickleList && next.Depth < MaxDepth && name.Length <= PickleInput.MaxNameLength)
                {
                    queue.Enqueue((Join(next.Key, name), value, next.Depth + 1));
                }
            }
            if (next.Value is PickleDictionary dictionary && new WeightSet(next.Key, dictionary) is { Count: > 0 } set)
            {
                sets.Add(set);
            }
        }
        return sets;
    }

    /// <summary>Follows keys joined by dots; a key may have dots itself. Returns null if there is no such value.</summary>
    public static object? Follow(object? value, string key)
    {
        if (key.Length == 0)
        {
            return value;
        }
        foreach (var (name, inner) in Children(value).Where(item => key.StartsWith(item.Name, StringComparison.Ordinal))
            .DistinctBy(item => item.Name, StringComparer.Ordinal))
        {
            if (name.Length == key.Length)
            {
                return inner;
            }
            if (name.Length > 0 && key[name.Length] == '.' && Follow(inner, key[(name.Length + 1)..]) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>Joins the key of a set and that of an entry in it.</summary>
    public static string Join(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";

    private static IEnumerable<(string Name, object? Value)> Children(object? value) => value switch
    {
        PickleDictionary dictionary => dictionary.Named,
        PickleList list => list.Items.Select((item, i) => (i.ToString(CultureInfo.InvariantCulture), item)),
        _ => [],
    };
}
