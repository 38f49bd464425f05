namespace Lanewise.Reports;

/// <summary>Defines a chart that can be part of a page or a file of its own.</summary>
internal interface IFigure
{
    /// <summary>Gets the caption.</summary>
    string Title { get; }

    /// <summary>Renders the figure for a page, with its caption.</summary>
    Html ToHtml();

    /// <summary>Writes the figure as an SVG file, atomically.</summary>
    /// <exception cref="LanewiseException">The file cannot be written.</exception>
    void Save(string path);
}
