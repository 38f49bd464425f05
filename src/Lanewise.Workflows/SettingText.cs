using System.Text.RegularExpressions;

namespace Lanewise.Workflows;

/// <summary>Texts that name settings in braces, such as <c>{lr}</c>, so that each application can write the names in its own way.</summary>
public static partial class SettingText
{
    /// <summary>Replaces each name in braces.</summary>
    /// <param name="text">The text, for example <c>For {sched} step: …</c>.</param>
    /// <param name="write">Writes a name, for example with two dashes.</param>
    public static string Write(string text, Func<string, string> write) =>
        Names().Replace(text, match => match.Groups["escape"].Length > 0 ? match.Value[1..] : write(match.Groups["name"].Value));

    /// <summary>Escapes a text that names no settings, such as the name of a file, by doubling the brace.</summary>
    /// <param name="text">The text.</param>
    public static string Escape(string text) => Names().Replace(text, match => "{" + match.Value);

    /// <summary>Writes the names without braces.</summary>
    /// <param name="text">The text.</param>
    public static string Plain(string text) => Write(text, name => name);

    [GeneratedRegex(@"(?<escape>\{?)\{(?<name>[a-z][a-z0-9-]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();
}
