namespace Lanewise;

/// <summary>Text from a file, fit for a message of one line: it may be of any length and hold any sign.</summary>
internal static class Excerpt
{
    private const int Longest = 80;

    /// <summary>The text's first letters, those that steer a terminal replaced.</summary>
    public static string Of(string text)
    {
        string start = text.Length > Longest ? text[..Longest] + "…" : text;
        return string.Concat(start.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? '\uFFFD' : c));
    }
}
