using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lanewise.Reports;

/// <summary>A piece of HTML. Whatever is put into an interpolated one is escaped, unless it is HTML itself; numbers are written the same everywhere.</summary>
/// <example><c>Html.Of($"&lt;p&gt;{fileName}&lt;/p&gt;")</c></example>
public sealed class Html
{
    private readonly string _text;

    private Html(string text) => _text = text;

    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Makes HTML of literal parts, which are trusted, and values, which are escaped.</summary>
    public static Html Of(HtmlHandler text) => new(text.ToText());

    /// <summary>Text that is HTML already.</summary>
    public static Html Trusted(string html) => new(html);

    /// <summary>One piece for each item, one behind the other.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> piece) => new(string.Concat(items.Select(item => piece(item).ToString())));

    /// <summary>Some pieces, one behind the other.</summary>
    public static Html Join(params IEnumerable<Html> pieces) => Each(pieces, piece => piece);

    /// <inheritdoc/>
    public override string ToString() => _text;
}

/// <summary>Collects the parts of interpolated HTML.</summary>
/// <param name="literals">Letters of the literal parts.</param>
/// <param name="values">Values between them.</param>
[InterpolatedStringHandler]
public readonly ref struct HtmlHandler(int literals, int values)
{
    private const int UsualValue = 16;
    private readonly StringBuilder _text = new(literals + values * UsualValue);

    /// <summary>Adds a literal part as it is.</summary>
    public void AppendLiteral(string literal) => _text.Append(literal);

    /// <summary>Adds HTML as it is.</summary>
    public void AppendFormatted(Html html) => _text.Append(html.ToString());

    /// <summary>Adds any other value, escaped.</summary>
    public void AppendFormatted<T>(T value, string? format = null) =>
        _text.Append(WebUtility.HtmlEncode(value is IFormattable number ? number.ToString(format, CultureInfo.InvariantCulture) : value?.ToString()));

    internal string ToText() => _text.ToString();
}
