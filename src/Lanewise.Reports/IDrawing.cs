namespace Lanewise.Reports;

/// <summary>Something drawn, for a page or as a file of its own.</summary>
public interface IDrawing
{
    /// <summary>What it shows.</summary>
    string Title { get; }

    /// <summary>As a figure of a page.</summary>
    Html ToHtml();

    /// <summary>Writes it as an SVG file, whole or not at all.</summary>
    /// <exception cref="LanewiseException">It cannot be written.</exception>
    void Save(string path);
}
