using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lanewise.Reports;

/// <summary>A fragment of HTML. Interpolated values are escaped unless they are HTML, and formatted with the invariant culture.</summary>
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
internal readonly ref struct HtmlHandler(int literals, int values)
{
    private const int TypicalValueLength = 16;
    private readonly StringBuilder _text = new(literals + values * TypicalValueLength);

    /// <summary>Appends a literal part without escaping.</summary>
    public void AppendLiteral(string literal) => _text.Append(literal);

    /// <summary>Appends HTML without escaping.</summary>
    public void AppendFormatted(Html html) => _text.Append(html.ToString());

    /// <summary>Appends any other value, formatted with the invariant culture and escaped.</summary>
    public void AppendFormatted<T>(T value, string? format = null)
    {
        string? text = value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString();
        _text.Append(WebUtility.HtmlEncode(text));
    }

    internal string ToText() => _text.ToString();
}
