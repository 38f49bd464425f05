using Lanewise.Cli.Common;

namespace Lanewise.Cli.Terminals;

/// <summary>Writes reports to stdout.</summary>
internal static class StandardOutput
{
    /// <summary>Writes one line; control characters in it, which names in files may contain, are shown.</summary>
    /// <exception cref="StandardOutputException">Standard output cannot be written.</exception>
    public static void WriteLine(string line = "") => Console.Out.WriteLine(VisibleText.Escape(line));

    /// <summary>Writes a text of several lines that the program itself composes, without anything from a file.</summary>
    public static void WriteText(string text) => Console.Out.WriteLine(text);
}
