using System.Text;

namespace Lanewise.Cli.Terminals;

/// <summary>Rows of comma-separated values on stdout, as RFC 4180 has them, in UTF-8 whatever the terminal's encoding is.</summary>
internal static class CsvOutput
{
    private const string LineEnd = "\r\n";

    /// <summary>Writes a line of headings and the rows.</summary>
    public static void Print(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(headings))
        {
            text.AppendJoin(',', row.Select(Quote)).Append(LineEnd);
        }

        using var stdout = Console.OpenStandardOutput();
        stdout.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Quote(string cell) => cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
