using System.Text;

namespace Lanewise.Cli.Terminals;

/// <summary>Writes comma-separated values (RFC 4180) to stdout, in UTF-8 regardless of the encoding of the terminal.</summary>
internal static class CsvOutput
{
    /// <summary>The end of a row.</summary>
    public const string LineEnd = "\r\n";

    /// <summary>Writes a header row and the data rows.</summary>
    public static void Print(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(headings))
        {
            text.AppendJoin(',', row.Select(Quote)).Append(LineEnd);
        }

        Console.Out.Flush();
        using var stdout = Console.OpenStandardOutput();
        stdout.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Quotes a cell if it contains a comma, a quote or a line break.</summary>
    public static string Quote(string cell) => cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
