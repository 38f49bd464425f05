namespace Lanewise.Reports;

/// <summary>Builds an HTML table that scrolls horizontally where the window is too narrow.</summary>
/// <param name="headings">
/// The column headings; one that begins with '&gt;' aligns its column to the right. The first column holds the row headings.
/// </param>
internal sealed class Table(params string[] headings)
{
    private readonly List<Html> _rows = [];

    /// <summary>Adds a row of text, which is escaped.</summary>
    public Table Add(params string[] cells) => Add([.. cells.Select(cell => Html.Of($"{cell}"))]);

    /// <summary>Adds a row of HTML.</summary>
    public Table Add(params Html[] cells)
    {
        _rows.Add(Html.Of($"<tr>{Html.Each(cells.Index(), c => Cell(c.Index, c.Item))}</tr>\n"));
        return this;
    }

    /// <summary>Renders the table.</summary>
    /// <param name="caption">The caption.</param>
    public Html ToHtml(string caption) => Html.Of(
        $"""
        <div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>
        <thead><tr>{Html.Each(headings.Index(), h => Heading(h.Index, h.Item))}</tr></thead>
        <tbody>
        {Html.Join(_rows)}</tbody></table></div>

        """);

    private Html Heading(int column, string text) => Html.Of($"""<th scope="col"{ClassOf(column)}>{text.TrimStart('>')}</th>""");

    private Html Cell(int column, Html content) =>
        column == 0 ? Html.Of($"""<th scope="row">{content}</th>""") : Html.Of($"<td{ClassOf(column)}>{content}</td>");

    private Html ClassOf(int column) => headings[column][0] == '>' ? Html.Trusted(""" class="number" """) : Html.Empty;
}
