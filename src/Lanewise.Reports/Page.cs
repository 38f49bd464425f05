using Lanewise.IO;


namespace Lanewise.Reports;

/// <summary>A section of a page.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Content">The content below the heading.</param>
internal sealed record Section(string Title, Html Content);

/// <summary>A self-contained HTML page, without external files, network access or scripts.</summary>
/// <remarks>The page follows the reader's colour scheme (light or dark), can be used with the keyboard, and prints.</remarks>
public sealed class Page
{
    private readonly string _title;
    private readonly Html _lead;
    private readonly IReadOnlyList<Section> _sections;

    /// <summary>Creates a page with one or two sentences below the title, and a table of contents that links to the sections.</summary>
    internal Page(string title, Html lead, IReadOnlyList<Section> sections) => (_title, _lead, _sections) = (title, lead, sections);

    /// <summary>Writes the page as an HTML file, atomically.</summary>
    /// <exception cref="LanewiseException">The file cannot be written.</exception>
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
        <title>{_title}</title>
        <style>
        {Styles.Colours}{Styles.Page}
        </style>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header><h1>{_title}</h1><p class="lead">{_lead}</p></header>
        <nav aria-label="Contents"><ul>{Html.Each(_sections.Index(), s => Link(s.Index, s.Item))}</ul></nav>
        <main id="main">
        {Html.Each(_sections.Index(), s => Render(s.Index, s.Item))}
        </main>
        </body>
        </html>

        """).ToString();

    private static Html Link(int index, Section section) => Html.Of($"""<li><a href="#s{index}">{section.Title}</a></li>""");

    private static Html Render(int index, Section section) => Html.Of(
        $"""<section id="s{index}" aria-labelledby="h{index}"><h2 id="h{index}">{section.Title}</h2>{section.Content}</section>""");
}
