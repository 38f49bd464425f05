using System.CommandLine;

namespace Lanewise.Cli.Verbs;

/// <summary>A command with examples, which help shows below its options.</summary>
internal sealed class Verb(string name, string description, string examples) : Command(name, description)
{
    /// <summary>Command lines to try, each with a word on what it does.</summary>
    public string Examples => examples;
}
