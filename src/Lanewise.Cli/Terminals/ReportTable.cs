using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>
/// A table on stdout. The first column and those of numbers, whose headings begin with '&gt;', stay in one piece; where the
/// window has no room for the others, each row becomes a paragraph.
/// </summary>
internal sealed class ReportTable(params string[] headings)
{
    private const int Gap = 2;
    private const int MinText = 14;
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        int needed = headings.Select((_, i) => IsWhole(i) ? Width(i) : Math.Min(Width(i), MinText)).Sum() + Gap * (headings.Length - 1);
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
                NoWrap = IsWhole(i),
                Padding = new Padding(0, 0, i == headings.Length - 1 ? 0 : Gap, 0),
            });
        }

        foreach (string[] row in _rows)
        {
            // Text, not markup: brackets mean nothing.
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        Terminal.Out.Write(table);
    }

    private void PrintParagraphs()
    {
        int width = Enumerable.Range(1, headings.Length - 1).Max(i => Name(i).Length);
        foreach (string[] row in _rows)
        {
            Report.Line(row[0]);
            for (int i = 1; i < row.Length; i++)
            {
                Report.Line($"  {Name(i).PadRight(width)}  {row[i]}");
            }
        }
    }

    private bool IsNumber(int column) => headings[column][0] == '>';

    private bool IsWhole(int column) => column == 0 || IsNumber(column);

    private string Name(int column) => headings[column].TrimStart('>');

    private int Width(int column) => Math.Max(Name(column).Length, _rows.Max(row => row[column].Length));
}
