using System.Globalization;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Formats the number of images of each class and split.</summary>
internal static class DatasetFormat
{
    // Of more classes, only the range is of interest.
    private const int MaxRows = 20;

    private const int Gap = 2;

    /// <summary>Returns the lines of a table of classes × splits, or of a summary where there are many classes.</summary>
    public static IEnumerable<string> Lines(DatasetEvent data) => data.Classes.Count <= MaxRows ? Table(data) : Summary(data);

    private static IEnumerable<string> Table(DatasetEvent data)
    {
        string[][] rows =
        [
            ["class", .. data.Splits.Select(split => split.Name)],
            .. data.Classes.Select((name, i) => (string[])[name, .. data.Splits.Select(split => Count(split.Counts[i]))]),
            ["(all)", .. data.Splits.Select(split => Count(split.Counts.Sum()))],
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return rows.Select(row => string.Join(
            new string(' ', Gap), row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
    }

    private static IEnumerable<string> Summary(DatasetEvent data) =>
        data.Splits.Select(split => string.Create(
            CultureInfo.InvariantCulture,
            $"{split.Name}: {split.Counts.Sum():N0} images of {split.Counts.Count(count => count > 0)} of {data.Classes.Count} classes, "
                + $"{split.Counts.Min():N0} to {split.Counts.Max():N0} each"));

    private static string Count(int count) => NumberFormat.Count(count);
}
