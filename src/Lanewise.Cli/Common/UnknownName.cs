namespace Lanewise.Cli.Common;

/// <summary>Creates messages about names that do not exist.</summary>
internal static class UnknownName
{
    /// <summary>Creates a message that lists the valid names and suggests the nearest one.</summary>
    /// <param name="kind">What the name denotes, for example <c>optimizer</c>.</param>
    /// <param name="name">The unknown name.</param>
    /// <param name="names">The valid names.</param>
    public static string Message(string kind, string name, IReadOnlyList<string> names) =>
        $"There is no {kind} '{name}'; there are {string.Join(", ", names)}{NearestName.Question(name, names)}";
}
