using System.Globalization;

namespace Lanewise.Cli.Terminals;

/// <summary>A confusion matrix as text; where the window is too narrow for it, the most frequent mistakes.</summary>
internal static class ConfusionText
{
    private const int MaxNameLength = 12;
    private const int Mistakes = 10;

    public static IEnumerable<string> Lines(int[][] confusion, IReadOnlyList<string> classes, int width)
    {
        // Columns bear numbers where names would be wide; rows then say which number is whose.
        bool numbered = classes.Any(name => name.Length > 3);
        string[] columns = [.. classes.Select((name, i) => numbered ? i.ToString(CultureInfo.InvariantCulture) : name)];
        string[] rows = [.. classes.Select((name, i) => numbered ? $"{columns[i],2} {Shorten(name)}" : name)];
        int cell = 1 + Math.Max(columns.Max(c => c.Length), confusion.Max(row => row.Max()).ToString(CultureInfo.InvariantCulture).Length);
        int label = rows.Max(r => r.Length) + 1;
        return label + cell * columns.Length <= width
            ? Matrix(confusion, rows, columns, label, cell)
            : Worst(confusion, classes);
    }

    private static IEnumerable<string> Matrix(int[][] confusion, string[] rows, string[] columns, int label, int cell)
    {
        yield return "confusion (row: what it is, column: what it was taken for)";
        yield return new string(' ', label) + string.Concat(columns.Select(c => c.PadLeft(cell)));
        for (int i = 0; i < rows.Length; i++)
        {
            yield return rows[i].PadRight(label) + string.Concat(confusion[i].Select(n => (n == 0 ? "·" : n.ToString(CultureInfo.InvariantCulture)).PadLeft(cell)));
        }
    }

    private static IEnumerable<string> Worst(int[][] confusion, IReadOnlyList<string> classes)
    {
        yield return "most frequent mistakes";
        var mistakes =
            from row in Enumerable.Range(0, confusion.Length)
            from column in Enumerable.Range(0, confusion.Length)
            where row != column && confusion[row][column] > 0
            orderby confusion[row][column] descending
            select $"  {confusion[row][column],5}  {classes[row]} taken for {classes[column]}";
        foreach (string line in mistakes.Take(Mistakes))
        {
            yield return line;
        }
    }

    private static string Shorten(string name) => name.Length <= MaxNameLength ? name : name[..(MaxNameLength - 1)] + "…";
}
