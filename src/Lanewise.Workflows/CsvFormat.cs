using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>Formats comma-separated values (RFC 4180) that are safe to open in a spreadsheet.</summary>
internal static class CsvFormat
{
    /// <summary>The end of a row.</summary>
    public const string LineEnd = "\r\n";

    // A spreadsheet computes a cell that begins with one of these, also with the full-width forms.
    private const string StartsOfFormulas = "=+-@\uFF1D\uFF0B\uFF0D\uFF20";

    /// <summary>
    /// Formats a cell. Control characters in it are shown, a text that a spreadsheet would compute as a formula gets an apostrophe before
    /// it, and a cell is quoted if it contains a separator or a quote.
    /// </summary>
    public static string Quote(string cell)
    {
        string text = VisibleText.Escape(cell);
        text = IsFormula(text) ? "'" + text : text;
        return text.AsSpan().ContainsAny(",;\"") ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
    }

    /// <summary>Returns the text of a cell that <see cref="Quote"/> formatted, without its quotes.</summary>
    public static string Unquote(string cell) => cell is ['"', .. var text, '"'] ? text.Replace("\"\"", "\"") : cell;

    private static bool IsFormula(string text) =>
        text.AsSpan().TrimStart() is [var first, ..] && StartsOfFormulas.Contains(first)
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
