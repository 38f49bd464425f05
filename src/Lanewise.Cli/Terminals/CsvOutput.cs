using System.Text;
using Lanewise.Cli.Common;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Writes comma-separated values to stdout, in UTF-8 regardless of the encoding of the terminal.</summary>
internal static class CsvOutput
{
    /// <summary>Writes a header row and the data rows.</summary>
    public static void Print(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(headings))
        {
            text.AppendJoin(',', row.Select(CsvFormat.Quote)).Append(CsvFormat.LineEnd);
        }

        using var stdout = StandardStreams.OpenOutBytes();
        WorkingLine.Write(stdout, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
