namespace Lanewise.Pickles;

/// <summary>A name that a pickle refers to, as a value in it.</summary>
internal abstract record PickleName;

/// <summary>
/// What the names in a pickle stand for: data that the calls in it would return in Python. Nothing is ever resolved or called.
/// </summary>
internal abstract class PickleObjects
{
    /// <summary>Looks up a name.</summary>
    /// <param name="name">The name with its module, such as <c>collections.OrderedDict</c>.</param>
    /// <returns>What it stands for; null if it is unknown: its objects are skipped.</returns>
    public abstract PickleName? Find(string name);

    /// <summary>Creates, as data, the object that calling the name in Python would return.</summary>
    /// <exception cref="RefusedFileException">The arguments are malformed.</exception>
    public abstract object? Make(PickleName name, IReadOnlyList<object?> arguments);

    /// <summary>Returns the object after Python's <c>__setstate__</c>.</summary>
    /// <exception cref="RefusedFileException">The object has no state.</exception>
    public abstract object? Build(object? made, object? state);

    /// <summary>Returns the object of a persistent id, which lies outside the pickle.</summary>
    /// <exception cref="RefusedFileException">There are none.</exception>
    public virtual object? Load(object? id) => throw new RefusedFileException("its pickle refers to data outside it");
}
