namespace Lanewise.Engine;

/// <summary>The units that a pass has dealt with so far, in order, each to be found by its output.</summary>
internal sealed class UnitList
{
    private readonly List<Unit> _units = [];
    private readonly Dictionary<Value, int> _indices = [];

    /// <summary>The units.</summary>
    public IReadOnlyList<Unit> Units => _units;

    /// <summary>Returns the index of the unit that writes a value; −1 for the network's input.</summary>
    public int IndexOf(Value value) => _indices.GetValueOrDefault(value, -1);

    /// <summary>Returns the unit that writes a value; null for the network's input.</summary>
    public Unit? Producer(Value value) => _indices.TryGetValue(value, out int index) ? _units[index] : null;

    /// <summary>Appends a unit.</summary>
    public void Add(Unit unit)
    {
        _indices[unit.Output] = _units.Count;
        _units.Add(unit);
    }

    /// <summary>Puts a unit in the place of the one that writes a value that nothing else reads.</summary>
    public void Replace(Value value, Unit unit)
    {
        int index = _indices[value];
        _indices.Remove(value);
        _indices[unit.Output] = index;
        _units[index] = unit;
    }
}
