using System.Globalization;

namespace Lanewise.Reports;

/// <summary>Renders the elements that pages are composed of, and formats numbers.</summary>
internal static class HtmlElements
{
    /// <summary>Renders an image, embedded in the page.</summary>
    /// <param name="png">The PNG file's bytes.</param>
    /// <param name="alt">The alternative text.</param>
    /// <param name="width">The width on the page, in CSS pixels.</param>
    /// <param name="isPixelated">Whether each pixel is shown as a square; false for an image that is scaled down.</param>
    public static Html Image(byte[] png, string alt, int width, bool isPixelated = true)
    {
        string data = Convert.ToBase64String(png);
        return Html.Of(
            $"""<img class="{(isPixelated ? "pixels" : "")}" src="data:image/png;base64,{data}" alt="{alt}" width="{width}" />""");
    }

    /// <summary>Renders a share as a bar and as a percentage.</summary>
    /// <param name="share">The share, 0 to 1; the bar is clamped to that range.</param>
    public static Html Meter(double share)
    {
        double percent = Math.Clamp(share, 0, 1) * 100;
        var bar = Html.Of($"""<span aria-hidden="true"><i style="width:{percent:F1}%"></i></span>""");
        return Html.Of($"""<span class="meter">{bar}{Percent(share)}</span>""");
    }

    /// <summary>Renders a figure with a caption below.</summary>
    public static Html Figure(Html content, string caption) =>
        Html.Of($"<figure>{content}<figcaption>{caption}</figcaption></figure>\n");

    /// <summary>Renders content that is folded on the screen and open in print.</summary>
    public static Html Details(string summary, Html content) =>
        Html.Of($"<details><summary>{summary}</summary>{content}</details>\n");

    /// <summary>Renders names and values as a description list.</summary>
    public static Html DescriptionList(params IEnumerable<(string Name, string Value)> items) =>
        Html.Of($"<dl>{Html.Each(items, item => Html.Of($"<div><dt>{item.Name}</dt><dd>{item.Value}</dd></div>"))}</dl>\n");

    /// <summary>Formats an integer with thousands separators, such as "41,514".</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Formats a duration in seconds as "1 h 05 min", "3 min 20 s" or "7.3 s".</summary>
    public static string Duration(double seconds) => TimeSpan.FromSeconds(seconds) is var time && time.TotalHours >= 1
        ? $"{(long)time.TotalHours} h {time.Minutes:D2} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds:D2} s" : FormattableString.Invariant($"{seconds:F1} s");

    /// <summary>Formats a share as a percentage with two decimals: 0.9916 as "99.16 %".</summary>
    public static string Percent(double share) => FormattableString.Invariant($"{share * 100:F2} %");
}
