namespace Lanewise;

/// <summary>Shortens text from a file for use in a one-line message.</summary>
internal static class Excerpt
{
    private const int MaxLength = 80;

    /// <summary>Returns the first 80 characters of the text, with control characters shown (<see cref="VisibleText"/>).</summary>
    public static string Of(string text)
    {
        string start = text.Length > MaxLength ? text[..MaxLength] + "…" : text;
        return VisibleText.Escape(start);
    }
}
