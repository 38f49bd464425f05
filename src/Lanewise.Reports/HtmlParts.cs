using System.Globalization;

namespace Lanewise.Reports;

/// <summary>Small pieces that pages are made of.</summary>
public static class HtmlParts
{
    /// <summary>An image inside the page.</summary>
    /// <param name="png">The PNG file's bytes.</param>
    /// <param name="text">What it shows, for those who do not see it.</param>
    /// <param name="width">Its width on the page, in CSS pixels.</param>
    /// <param name="squares">Whether each pixel is shown as a square; for an image that is larger than its place, not.</param>
    public static Html Image(byte[] png, string text, int width, bool squares = true) =>
        Html.Of($"""<img class="{(squares ? "pixels" : "")}" src="data:image/png;base64,{Convert.ToBase64String(png)}" alt="{text}" width="{width}" />""");

    /// <summary>A bar for a share, with the number beside it.</summary>
    /// <param name="share">0 to 1.</param>
    public static Html Meter(double share) => Html.Of(
        $"""<span class="meter"><span aria-hidden="true"><i style="width:{Math.Clamp(share, 0, 1) * 100:F1}%"></i></span>{Percent(share)}</span>""");

    /// <summary>Something drawn or tabled, with a caption under it.</summary>
    public static Html Figure(Html content, string caption) => Html.Of($"<figure>{content}<figcaption>{caption}</figcaption></figure>\n");

    /// <summary>What is shown only when it is asked for; open in print.</summary>
    public static Html Details(string summary, Html content) => Html.Of($"<details><summary>{summary}</summary>{content}</details>\n");

    /// <summary>Names and values, side by side.</summary>
    public static Html Facts(params IEnumerable<(string Name, string Value)> facts) =>
        Html.Of($"<dl>{Html.Each(facts, f => Html.Of($"<div><dt>{f.Name}</dt><dd>{f.Value}</dd></div>"))}</dl>\n");

    /// <summary>A whole number with its thousands set apart.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Seconds as "1 h 05 min", "3 min 20 s" or "7.3 s".</summary>
    public static string Duration(double seconds) => TimeSpan.FromSeconds(seconds) is var time && time.TotalHours >= 1
        ? $"{(long)time.TotalHours} h {time.Minutes:D2} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds:D2} s" : FormattableString.Invariant($"{seconds:F1} s");

    /// <summary>0.9916 as "99.16 %".</summary>
    public static string Percent(double share) => FormattableString.Invariant($"{share * 100:F2} %");
}
