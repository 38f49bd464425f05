namespace Lanewise.Reports;

/// <summary>Provides the style sheets, which are embedded in the assembly.</summary>
internal static class Styles
{
    /// <summary>Gets the colours as CSS variables, for light and dark mode.</summary>
    public static Html Colours { get; } = Read("Colours.css");

    /// <summary>Gets the style sheet of pages.</summary>
    public static Html Page { get; } = Read("Page.css");

    private static Html Read(string name)
    {
        using var stream = typeof(Styles).Assembly.GetManifestResourceStream($"Lanewise.Reports.{name}")!;
        using var reader = new StreamReader(stream);
        return Html.Trusted(reader.ReadToEnd());
    }
}
