namespace Lanewise.Reports;

/// <summary>The mistakes that a model was surest of, as images.</summary>
internal static class MistakeGallery
{
    private const int Width = 112;

    public static Html ToHtml(RunTest test) => test.Mistakes.Count == 0
        ? Html.Of($"<p>There is none to show.</p>")
        : Html.Of($"<p>Test images as the model sees them, the surest mistake first.</p><ul class=\"gallery\">{Html.Each(test.Mistakes, m => Html.Of($"<li>{Item(m, test.Classes)}</li>"))}</ul>\n");

    private static Html Item(MistakeImage mistake, IReadOnlyList<string> classes)
    {
        var (image, label, prediction, probability) = mistake.Prediction;
        string text = $"{classes[label]}, taken for {classes[prediction]}";
        // Small ones grow by whole pixels.
        bool small = mistake.Side <= Width;
        int width = small ? Width / mistake.Side * mistake.Side : Width;
        string sure = double.IsFinite(probability) ? $"{HtmlParts.Percent(probability)} sure" : "no probability";
        return Html.Of($"<figure>{HtmlParts.Image(mistake.Png, $"Test image {image}: {text}", width, small)}<figcaption><strong>{classes[label]}</strong> taken for <strong>{classes[prediction]}</strong><br />{sure}<br />image {image}</figcaption></figure>");
    }
}
