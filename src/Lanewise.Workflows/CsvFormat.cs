namespace Lanewise.Workflows;

/// <summary>Formats comma-separated values (RFC 4180).</summary>
internal static class CsvFormat
{
    /// <summary>The end of a row.</summary>
    public const string LineEnd = "\r\n";

    /// <summary>Quotes a cell if it contains a comma, a quote or a line break.</summary>
    public static string Quote(string cell) => cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
