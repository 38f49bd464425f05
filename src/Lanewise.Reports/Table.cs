namespace Lanewise.Reports;

/// <summary>
/// An HTML table that scrolls sideways on its own where the window is too narrow. The first column heads the rows; columns of
/// numbers, whose headings begin with '&gt;', stand flush right.
/// </summary>
public sealed class Table(params string[] headings)
{
    private readonly List<Html> _rows = [];

    /// <summary>Adds a row of texts.</summary>
    public Table Add(params string[] cells) => Add([.. cells.Select(cell => Html.Of($"{cell}"))]);

    /// <summary>Adds a row of HTML.</summary>
    public Table Add(params Html[] cells)
    {
        _rows.Add(Html.Of($"<tr>{Html.Each(cells.Index(), c => c.Index == 0 ? Html.Of($"""<th scope="row">{c.Item}</th>""") : Html.Of($"<td{ClassOf(c.Index)}>{c.Item}</td>"))}</tr>\n"));
        return this;
    }

    /// <summary>The table.</summary>
    /// <param name="caption">What it shows.</param>
    public Html ToHtml(string caption) => Html.Of(
        $"""
        <div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>
        <thead><tr>{Html.Each(headings.Index(), h => Html.Of($"""<th scope="col"{ClassOf(h.Index)}>{h.Item.TrimStart('>')}</th>"""))}</tr></thead>
        <tbody>
        {Html.Join(_rows)}</tbody></table></div>

        """);

    private Html ClassOf(int column) => headings[column][0] == '>' ? Html.Trusted(""" class="number" """) : Html.Empty;
}
