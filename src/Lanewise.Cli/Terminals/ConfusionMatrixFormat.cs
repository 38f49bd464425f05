using System.Globalization;

namespace Lanewise.Cli.Terminals;

/// <summary>Formats a confusion matrix, or its largest off-diagonal entries if the terminal is too narrow.</summary>
internal static class ConfusionMatrixFormat
{
    private const int MaxNameLength = 12;
    private const int MaxMistakes = 10;

    public static IEnumerable<string> Lines(int[][] confusion, IReadOnlyList<string> classes, int width)
    {
        classes = [.. classes.Select(VisibleText.Escape)];
        // Columns show class indices if names are wide; each row then shows its index and name.
        bool indexed = classes.Any(name => name.Length > 3);
        string[] columns = [.. classes.Select((name, i) => indexed ? i.ToString(CultureInfo.InvariantCulture) : name)];
        string[] rows = [.. classes.Select((name, i) => indexed ? $"{columns[i],2} {Shorten(name)}" : name)];
        string largest = confusion.Max(row => row.Max()).ToString(CultureInfo.InvariantCulture);
        int cell = 1 + Math.Max(columns.Max(c => c.Length), largest.Length);
        int label = rows.Max(r => r.Length) + 1;
        return label + cell * columns.Length <= width
            ? Matrix(confusion, rows, columns, label, cell)
            : TopMistakes(confusion, classes);
    }

    private static IEnumerable<string> Matrix(int[][] confusion, string[] rows, string[] columns, int label, int cell)
    {
        yield return "confusion matrix (rows: labels, columns: predictions)";
        yield return new string(' ', label) + string.Concat(columns.Select(c => c.PadLeft(cell)));
        for (int i = 0; i < rows.Length; i++)
        {
            var cells = confusion[i].Select(n => n == 0 ? "·" : n.ToString(CultureInfo.InvariantCulture));
            yield return rows[i].PadRight(label) + string.Concat(cells.Select(text => text.PadLeft(cell)));
        }
    }

    private static IEnumerable<string> TopMistakes(int[][] confusion, IReadOnlyList<string> classes)
    {
        yield return "most frequent mistakes";
        var mistakes =
            from row in Enumerable.Range(0, confusion.Length)
            from column in Enumerable.Range(0, confusion.Length)
            where row != column && confusion[row][column] > 0
            orderby confusion[row][column] descending
            select $"  {confusion[row][column],5}  {classes[row]} predicted as {classes[column]}";
        foreach (string line in mistakes.Take(MaxMistakes))
        {
            yield return line;
        }
    }

    private static string Shorten(string name) => name.Length <= MaxNameLength ? name
        : name[..(MaxNameLength - (char.IsHighSurrogate(name[MaxNameLength - 2]) ? 2 : 1))] + "…";
}
