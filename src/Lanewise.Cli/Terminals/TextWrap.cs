namespace Lanewise.Cli.Terminals;

/// <summary>Breaks texts into lines of a maximum width, between words.</summary>
internal static class TextWrap
{
    /// <summary>Breaks a text; a word that is longer than the width stays whole.</summary>
    public static IEnumerable<string> Lines(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length == 0 ? word : $" {word}";
        }

        yield return line;
    }

    /// <summary>Breaks a command line for a POSIX shell; every line but the last ends with a backslash.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="width">The maximum width.</param>
    /// <param name="indent">The spaces before the second and later lines.</param>
    public static IEnumerable<string> Command(string command, int width, int indent)
    {
        const string continuation = " \\";
        if (command.Length <= width)
        {
            return [command];
        }

        string[] lines = [.. Lines(command, width - indent - continuation.Length)];
        return lines.Select((line, i) => (i == 0 ? "" : new string(' ', indent)) + line + (i < lines.Length - 1 ? continuation : ""));
    }
}
