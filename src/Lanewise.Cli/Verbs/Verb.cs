using System.CommandLine;

namespace Lanewise.Cli.Verbs;

/// <summary>A command with examples, which help prints below the options.</summary>
internal sealed class Verb(string name, string description, string examples) : Command(name, description)
{
    /// <summary>Gets example command lines, some with a short explanation.</summary>
    public string Examples => examples;

    /// <summary>Gets what the verb completes before a signal stops it, for example <c>step</c>; null for nothing.</summary>
    public string? StopsAfter { get; set; }
}
