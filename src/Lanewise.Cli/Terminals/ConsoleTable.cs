using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>
/// A table on stdout. A heading that starts with '&gt;' marks a column of numbers, aligned right. Numbers and the first column
/// are never wrapped; if the terminal is too narrow for the other columns, each row is printed as a paragraph.
/// </summary>
internal sealed class ConsoleTable(params string[] headings)
{
    private const int Gap = 2;
    private const int MinTextWidth = 14;
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; control characters in it, which names in files may contain, are shown.</summary>
    public void Add(params string[] cells) => _rows.Add(Array.ConvertAll(cells, VisibleText.Escape));

    public void Print()
    {
        int gaps = Gap * (headings.Length - 1);
        int needed = headings.Select((_, i) => IsUnbroken(i) ? Width(i) : Math.Min(Width(i), MinTextWidth)).Sum() + gaps;
        if (needed <= Terminal.Out.Profile.Width)
        {
            PrintTable();
        }
        else
        {
            PrintParagraphs();
        }
    }

    private void PrintTable()
    {
        var table = new Table { Border = TableBorder.None };
        for (int i = 0; i < headings.Length; i++)
        {
            table.AddColumn(new TableColumn(new Text(Name(i), new Style(decoration: Decoration.Bold)))
            {
                Alignment = IsNumber(i) ? Justify.Right : Justify.Left,
                NoWrap = IsUnbroken(i),
                Padding = new Spectre.Console.Padding(0, 0, i == headings.Length - 1 ? 0 : Gap, 0),
            });
        }

        foreach (string[] row in _rows)
        {
            // Text rather than markup, in which brackets have a meaning.
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        Terminal.Out.Write(table);
    }

    private void PrintParagraphs()
    {
        int width = Enumerable.Range(1, headings.Length - 1).Max(i => Name(i).Length);
        foreach (string[] row in _rows)
        {
            StandardOutput.WriteLine(row[0]);
            for (int i = 1; i < row.Length; i++)
            {
                StandardOutput.WriteLine($"  {Name(i).PadRight(width)}  {row[i]}");
            }
        }
    }

    private bool IsNumber(int column) => headings[column][0] == '>';

    private bool IsUnbroken(int column) => column == 0 || IsNumber(column);

    private string Name(int column) => headings[column].TrimStart('>');

    private int Width(int column) => Math.Max(Name(column).Length, _rows.Max(row => row[column].Length));
}
