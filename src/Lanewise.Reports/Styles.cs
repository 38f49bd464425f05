namespace Lanewise.Reports;

/// <summary>The style sheets, which lie in the assembly.</summary>
internal static class Styles
{
    /// <summary>The colours by name, light and dark.</summary>
    public static Html Colours { get; } = Read("Colours.css");

    /// <summary>How a page looks.</summary>
    public static Html Page { get; } = Read("Page.css");

    private static Html Read(string name)
    {
        using var stream = typeof(Styles).Assembly.GetManifestResourceStream($"Lanewise.Reports.{name}")!;
        using var reader = new StreamReader(stream);
        return Html.Trusted(reader.ReadToEnd());
    }
}
