namespace Lanewise.Workflows;

/// <summary>Creates messages about names that do not exist.</summary>
internal static class UnknownName
{
    /// <summary>Creates a message that suggests the nearest of the valid names and lists them.</summary>
    /// <param name="kind">What the name denotes, for example <c>optimizer</c>.</param>
    /// <param name="name">The unknown name.</param>
    /// <param name="names">The valid names.</param>
    public static string Message(string kind, string name, IReadOnlyList<string> names) =>
        $"There is no {kind} '{name}'{NearestName.Choices(name, names)}";
}
