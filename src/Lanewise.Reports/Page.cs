using Lanewise.IO;


namespace Lanewise.Reports;

/// <summary>A part of a page with a heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Content">What stands below it.</param>
public sealed record Section(string Title, Html Content);

/// <summary>
/// A self-contained HTML page: no file beside it, no network, no script. It follows the reader's choice of light or dark, works from
/// the keyboard, and prints.
/// </summary>
/// <param name="title">The page's title.</param>
/// <param name="lead">A sentence or two below it.</param>
/// <param name="sections">Its parts, which the contents at the top lead to.</param>
public sealed class Page(string title, Html lead, IReadOnlyList<Section> sections)
{
    /// <summary>Writes the page, whole or not at all.</summary>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, ToString());

    /// <inheritdoc/>
    public override string ToString() => Html.Of(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>{title}</title>
        <style>
        {Styles.Colours}{Styles.Page}
        </style>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header><h1>{title}</h1><p class="lead">{lead}</p></header>
        <nav aria-label="Contents"><ul>{Html.Each(sections.Index(), s => Html.Of($"""<li><a href="#s{s.Index}">{s.Item.Title}</a></li>"""))}</ul></nav>
        <main id="main">
        {Html.Each(sections.Index(), s => Html.Of($"""<section id="s{s.Index}" aria-labelledby="h{s.Index}"><h2 id="h{s.Index}">{s.Item.Title}</h2>{s.Item.Content}</section>"""))}
        </main>
        </body>
        </html>

        """).ToString();
}
