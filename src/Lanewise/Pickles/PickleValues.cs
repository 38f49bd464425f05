namespace Lanewise.Pickles;

/// <summary>
/// A value that contains others. Values are null, bool, long, BigInteger, double, string, <see cref="PickleBytes"/>, a container,
/// an object that <see cref="PickleObjects"/> made, or one of an unknown class (<see cref="PickleOpaque"/>). A container may hold the
/// same value many times, so no code ever traverses all levels.
/// </summary>
internal abstract class PickleContainer
{
    private const int MaxDepth = 100;
    private const long MaxValues = 10_000_000;

    private int _depth = 1;
    private long _values = 1;

    /// <summary>The cost of a container, and of each of its items.</summary>
    public const int Cost = 96, ItemCost = 16;

    /// <summary>Whether data that the reader looks for lie in it, at any depth.</summary>
    public bool HoldsData { get; private set; }

    /// <summary>Whether a value is, or contains, data that the reader looks for.</summary>
    public static bool HasData(object? value) =>
        value is IPickleData or PickleContainer { HoldsData: true } or PickleOpaque { HoldsData: true };

    /// <summary>Counts an item; a container counts with all its values, each time it is referenced.</summary>
    /// <exception cref="RefusedFileException">Nesting is too deep, or references to shared items multiply into too many.</exception>
    protected void Count(object? item)
    {
        HoldsData |= HasData(item);
        if (item is PickleContainer inner)
        {
            _depth = Math.Max(_depth, inner._depth + 1);
            _values += inner._values;
        }
        else
        {
            _values++;
        }

        if (_depth > MaxDepth)
        {
            throw new RefusedFileException($"its values are nested more than {MaxDepth} deep", remedy: null);
        }
        if (_values > MaxValues)
        {
            throw new RefusedFileException($"its values reference each other so often that they expand to more than "
                + $"{MaxValues:N0}", remedy: null);
        }
    }
}

/// <summary>A list or tuple.</summary>
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

/// <summary>A dictionary in insertion order; for a repeated key both values are kept.</summary>
internal sealed class PickleDictionary : PickleContainer
{
    private readonly List<(object? Key, object? Value)> _items = [];

    public IReadOnlyList<(object? Key, object? Value)> Items => _items;

    /// <summary>The entries whose key is a string.</summary>
    public IEnumerable<(string Name, object? Value)> Named =>
        _items.Where(item => item.Key is string).Select(item => ((string)item.Key!, item.Value));

    public void Add(object? key, object? value)
    {
        Count(key);
        Count(value);
        _items.Add((key, value));
    }
}

/// <summary>Bytes, for readers that ask for them (<see cref="PickleInput.KeepsBytes"/>).</summary>
internal sealed class PickleBytes(byte[] values)
{
    public ReadOnlyMemory<byte> Values => values;
}

/// <summary>A value that is not needed: bytes, a set, a device.</summary>
internal sealed class PickleOther
{
    public static readonly PickleOther Instance = new();

    private PickleOther() { }
}
