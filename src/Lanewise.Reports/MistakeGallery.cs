namespace Lanewise.Reports;

/// <summary>Renders the misclassified images with the highest confidence.</summary>
internal static class MistakeGallery
{
    private const int Width = 112;

    public static Html ToHtml(TestEvaluation test) => test.Mistakes.Count == 0
        ? Html.Of($"<p>There are none.</p>")
        : Html.Of(
            $"""
            <p>Misclassified test images as the model sees them, in descending order of confidence.</p>
            <ul class="gallery">{Html.Each(test.Mistakes, m => Html.Of($"<li>{Item(m, test.Classes)}</li>"))}</ul>

            """);

    private static Html Item(MistakeImage mistake, IReadOnlyList<string> classes)
    {
        var (image, label, prediction, probability) = mistake.Prediction;
        // Small images are enlarged by an integer factor.
        bool isSmall = mistake.Width <= Width;
        int width = isSmall ? Width / mistake.Width * mistake.Width : Width;
        string confidence = double.IsFinite(probability) ? $"probability {HtmlElements.Percent(probability)}" : "no probability";
        string description = $"Test image {image}: {classes[label]}, predicted {classes[prediction]}";
        return Html.Of(
            $"""
            <figure>{HtmlElements.Image(mistake.Png, description, width, isSmall)}<figcaption>label <strong>{classes[label]}</strong><br />
            predicted <strong>{classes[prediction]}</strong><br />{confidence}<br />image {image}</figcaption></figure>
            """);
    }
}
