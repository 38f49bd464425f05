namespace Lanewise.Files;

/// <summary>
/// A value that holds others. Values are null, bool, long, BigInteger, double, string, a container, or what
/// <see cref="TorchObjects"/> makes. A container may hold the same one many times, so nothing ever walks through all levels.
/// </summary>
internal abstract class PickleContainer
{
    private const int DeepestNesting = 100;
    private const long MaxValues = 10_000_000;

    private int _depth = 1;
    private long _values = 1;

    /// <summary>What a container costs, and what each of its items does.</summary>
    public const int Cost = 96, ItemCost = 16;

    /// <summary>Notes an item; one that holds others counts with all of them, as often as it is held.</summary>
    /// <exception cref="RefusedFileException">Nesting is too deep, or references to shared items multiply into too many.</exception>
    protected void Count(object? item)
    {
        if (item is PickleContainer inner)
        {
            _depth = Math.Max(_depth, inner._depth + 1);
            _values += inner._values;
        }
        else
        {
            _values++;
        }

        if (_depth > DeepestNesting)
        {
            throw new RefusedFileException($"its values are nested more than {DeepestNesting} deep", PyTorchFile.SaveStateDict);
        }
        if (_values > MaxValues)
        {
            throw new RefusedFileException($"its values hold each other so often that they stand for more than {MaxValues:N0}", PyTorchFile.SaveStateDict);
        }
    }
}

/// <summary>A list or, with its items given at once, a tuple.</summary>
internal sealed class PickleList : PickleContainer
{
    private readonly List<object?> _items = [];

    public IReadOnlyList<object?> Items => _items;

    public void Add(object? item)
    {
        Count(item);
        _items.Add(item);
    }
}

/// <summary>A dictionary in its order; of a key that occurs twice both values are kept.</summary>
internal sealed class PickleDictionary : PickleContainer
{
    private readonly List<(object? Key, object? Value)> _items = [];

    public IReadOnlyList<(object? Key, object? Value)> Items => _items;

    /// <summary>The values that have a name.</summary>
    public IEnumerable<(string Name, object? Value)> Named => _items.Where(item => item.Key is string).Select(item => ((string)item.Key!, item.Value));

    public void Add(object? key, object? value)
    {
        Count(key);
        Count(value);
        _items.Add((key, value));
    }
}

/// <summary>A value of which nothing is needed: bytes, a set, a device.</summary>
internal sealed class PickleOther
{
    public static readonly PickleOther Instance = new();

    private PickleOther() { }
}
