using System.Globalization;
using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>Tables and lines on stdout.</summary>
internal static class Report
{
    /// <summary>A table of these columns; a heading that begins with '&gt;' is of a column of numbers, kept right and in one piece.</summary>
    public static Table Table(params string[] headings)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string heading in headings)
        {
            bool number = heading.StartsWith('>');
            var column = new TableColumn(new Text(number ? heading[1..] : heading, new Style(decoration: Decoration.Bold)));
            column.Alignment = number ? Justify.Right : Justify.Left;
            column.NoWrap = number;
            column.Padding = new Padding(0, 0, 2, 0);
            table.AddColumn(column);
        }

        return table;
    }

    /// <summary>Adds a row of plain words, in which brackets mean nothing.</summary>
    public static void Add(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    public static void Print(Table table) => Terminal.Out.Write(table);

    public static void Line(string line = "") => Console.Out.WriteLine(line);

    /// <summary>A whole number with its thousands set apart.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>0.9916 as "99.16 %".</summary>
    public static string Percent(double share) => (share * 100).ToString("F2", CultureInfo.InvariantCulture) + " %";
}
