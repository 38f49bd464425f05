using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lanewise.Reports;

/// <summary>
/// A fragment of HTML. Interpolated values are escaped unless they are HTML, and formatted with the invariant culture; control characters
/// in them are shown, and a value written from right to left is isolated from the text around it.
/// </summary>
/// <example><c>Html.Of($"&lt;p&gt;{fileName}&lt;/p&gt;")</c></example>
internal sealed class Html
{
    private readonly string _text;

    private Html(string text) => _text = text;

    /// <summary>Gets the empty fragment.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Creates HTML from an interpolated string: its literal parts are trusted, its values are escaped.</summary>
    public static Html Of(HtmlHandler text) => new(text.ToText());

    /// <summary>Wraps text that is HTML already.</summary>
    public static Html Trusted(string html) => new(html);

    /// <summary>Concatenates one fragment for each item.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> fragment) =>
        new(string.Concat(items.Select(item => fragment(item).ToString())));

    /// <summary>Concatenates fragments.</summary>
    public static Html Join(params IEnumerable<Html> fragments) => Each(fragments, fragment => fragment);

    /// <inheritdoc/>
    public override string ToString() => _text;
}

/// <summary>Handles interpolated strings for <see cref="Html.Of"/>.</summary>
/// <param name="literals">The number of characters of the literal parts.</param>
/// <param name="values">The number of values.</param>
[InterpolatedStringHandler]
internal ref struct HtmlHandler(int literals, int values)
{
    private const int TypicalValueLength = 16;

    private readonly StringBuilder _text = new(literals + values * TypicalValueLength);
    private string _lastTag = "";
    private bool _isInTag;

    /// <summary>Appends a literal part without escaping.</summary>
    public void AppendLiteral(string literal)
    {
        _text.Append(literal);
        int begin = literal.LastIndexOf('<'), end = literal.LastIndexOf('>');
        if (begin >= 0)
        {
            _lastTag = literal[(begin + 1)..];
        }

        _isInTag = begin > end || (_isInTag && end < 0);
    }

    /// <summary>Appends HTML without escaping.</summary>
    public readonly void AppendFormatted(Html html) => _text.Append(html.ToString());

    /// <summary>Appends any other value, formatted with the invariant culture and escaped.</summary>
    public readonly void AppendFormatted<T>(T value, string? format = null)
    {
        string? text = value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString();
        text = WebUtility.HtmlEncode(VisibleText.Escape(text ?? ""));
        _text.Append(CanIsolate && text.Any(IsRightToLeft) ? $"<bdi>{text}</bdi>" : text);
    }

    internal readonly string ToText() => _text.ToString();

    // Of a title the content is text alone, and text in an SVG image is isolated by its style.
    private readonly bool CanIsolate => !_isInTag && _lastTag.Split(' ', '>')[0] is not ("title" or "text");

    /// <summary>Returns whether a character is in a block of Hebrew, Arabic and the like, or half of one beyond 16 bits.</summary>
    private static bool IsRightToLeft(char c) =>
        c is (>= '\u0590' and <= '\u08FF') or (>= '\uFB1D' and <= '\uFDFF') or (>= '\uFE70' and <= '\uFEFE')
            or '\uD802' or '\uD803' or '\uD83A' or '\uD83B';
}
