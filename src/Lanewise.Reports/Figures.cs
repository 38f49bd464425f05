namespace Lanewise.Reports;

/// <summary>Small pieces that pages are made of.</summary>
public static class Figures
{
    /// <summary>A picture inside the page, each pixel as a square.</summary>
    /// <param name="png">The PNG file's bytes.</param>
    /// <param name="text">What it shows, for those who do not see it.</param>
    /// <param name="width">Its width on the page, in CSS pixels.</param>
    public static Html Picture(byte[] png, string text, int width) =>
        Html.Of($"""<img class="pixels" src="data:image/png;base64,{Convert.ToBase64String(png)}" alt="{text}" width="{width}" />""");

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

    /// <summary>0.9916 as "99.16 %".</summary>
    public static string Percent(double share) => FormattableString.Invariant($"{share * 100:F2} %");
}
