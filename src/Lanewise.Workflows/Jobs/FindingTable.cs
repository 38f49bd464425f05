using System.Globalization;
using System.Text;
using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>A table of findings, with a row for each image or class.</summary>
internal static class FindingTable
{
    private static readonly string[] Headings = ["finding", "group", "detail", "split", "file", "class"];

    /// <summary>Writes the table, atomically. Images with one number in the column <c>group</c> belong together.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public static void Write(string path, DataCheckResult result)
    {
        var text = new StringBuilder();
        Append(Headings);
        foreach (var finding in result.Findings)
        {
            foreach (var (number, group) in finding.Groups.Index())
            {
                string[] row = [NameOf(finding.Kind), (number + 1).ToString(CultureInfo.InvariantCulture), group.Detail];
                foreach (var image in group.Images)
                {
                    Append([.. row, image.Split, image.Name, image.Class]);
                }

                if (group.Images.Count == 0)
                {
                    Append([.. row, "", "", ""]);
                }
            }
        }

        AtomicFile.WriteText(path, text.ToString());

        void Append(IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(CsvFormat.Quote)).Append(CsvFormat.LineEnd);
    }

    /// <summary>Returns the name of a kind in tables and JSON: <c>across_splits</c>.</summary>
    public static string NameOf(DataFindingKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(Enum.GetName(kind)!);
}
