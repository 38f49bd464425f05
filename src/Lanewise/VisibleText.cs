using System.Text;

namespace Lanewise;

/// <summary>
/// Makes characters visible that a terminal or a page would obey: names in files come from anywhere, and an escape sequence in one can
/// set a window's title, write to the clipboard or hide text.
/// </summary>
internal static class VisibleText
{
    private const int MaxTwoDigits = 0xFF;

    /// <summary>
    /// Replaces control characters (C0, DEL, C1), line and paragraph separators, controls of the writing direction and unpaired
    /// surrogates by <c>\x1b</c> or <c>\u202e</c>. A text without any is returned as it is, the same instance.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Escape(string text)
    {
        int first = 0;
        while (first < text.Length && !IsObeyed(text, first))
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        var visible = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            if (IsObeyed(text, i))
            {
                int code = text[i];
                visible.Append(code <= MaxTwoDigits ? $"\\x{code:x2}" : $"\\u{code:x4}");
            }
            else
            {
                visible.Append(text[i]);
            }
        }

        return visible.ToString();
    }

    private static bool IsObeyed(string text, int i) => text[i] switch
    {
        '\u2028' or '\u2029' => true,
        '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') => true,
        var c when char.IsHighSurrogate(c) => i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]),
        var c when char.IsLowSurrogate(c) => i == 0 || !char.IsHighSurrogate(text[i - 1]),
        var c => char.IsControl(c),
    };
}
