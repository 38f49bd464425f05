namespace Lanewise;

/// <summary>There is no model, dataset, layer or class with the given name.</summary>
public sealed class UnknownNameException : LanewiseException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">What was searched, for example <c>model</c>.</param>
    /// <param name="name">The unknown name.</param>
    /// <param name="known">The known names.</param>
    /// <param name="message">The one-line message; null for one that suggests the nearest of the known names and lists them.</param>
    public UnknownNameException(string kind, string name, IEnumerable<string> known, string? message = null)
        : this(kind, name, [.. known], message)
    {
    }

    private UnknownNameException(string kind, string name, string[] known, string? message)
        : base(message ?? $"There is no {kind} '{name}'{NearestName.Choices(name, known)}") =>
        (Kind, Name, KnownNames, Nearest) = (kind, name, known, NearestName.Find(name, known));

    /// <summary>What was searched, for example <c>model</c>.</summary>
    public string Kind { get; }

    /// <summary>The unknown name.</summary>
    public string Name { get; }

    /// <summary>The known names.</summary>
    public IReadOnlyList<string> KnownNames { get; }

    /// <summary>The known name that was probably meant; null if none is similar.</summary>
    public string? Nearest { get; }
}
