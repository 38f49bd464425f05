namespace Lanewise.Reports;

/// <summary>Renders the misclassified test and training images with the highest confidence.</summary>
internal static class MistakeGallery
{
    private const int Width = 112;

    public static Html ToHtml(TestEvaluation test) => test.Mistakes.Count == 0
        ? Html.Of($"<p>There are none.</p>")
        : Html.Join(
            Html.Of($"<p>Misclassified test images as the model sees them, in descending order of confidence.</p>\n"),
            Gallery(test, "Test"));

    /// <summary>Renders the training images whose label the model contradicts.</summary>
    /// <param name="training">The evaluation on training images.</param>
    /// <param name="total">The number of images that the model was trained on.</param>
    public static Html ToHtml(TestEvaluation training, int total)
    {
        var evaluation = training.Evaluation;
        int wrong = evaluation.Total - evaluation.Correct;
        string looked = evaluation.Total == total
            ? $"of the {HtmlElements.Count(total)} images that the model was trained on"
            : $"of {HtmlElements.Count(evaluation.Total)} images, evenly spaced among the {HtmlElements.Count(total)} that the model was "
                + "trained on";
        var lead = Html.Of(
            $"<p>Misclassified after training, without augmentation: {HtmlElements.Count(wrong)} {looked}. ");
        return Html.Join(
            lead,
            training.Mistakes.Count == 0 ? Html.Of($"</p>\n") : Html.Join(
                Html.Of($"The model has seen each of these images with its label and still contradicts it, the most confidently first: "),
                Html.Of($"look whether the label is wrong.</p>\n"),
                Gallery(training, "Training")));
    }

    private static Html Gallery(TestEvaluation test, string kind) => Html.Of(
        $"""
        <ul class="gallery">{Html.Each(test.Mistakes, m => Html.Of($"<li>{Item(m, test.Classes, kind)}</li>"))}</ul>

        """);

    private static Html Item(MistakeImage mistake, IReadOnlyList<string> classes, string kind)
    {
        var (image, label, prediction, probability) = mistake.Prediction;
        // Small images are enlarged by an integer factor.
        bool isSmall = mistake.Width <= Width;
        int width = isSmall ? Width / mistake.Width * mistake.Width : Width;
        string confidence = double.IsFinite(probability) ? $"probability {HtmlElements.Percent(probability)}" : "no probability";
        string description = $"{kind} image {image}: {classes[label]}, predicted {classes[prediction]}";
        string name = mistake.File ?? $"image {image}";
        return Html.Of(
            $"""
            <figure>{HtmlElements.Image(mistake.Png, description, width, isSmall)}<figcaption>label <strong>{classes[label]}</strong><br />
            predicted <strong>{classes[prediction]}</strong><br />{confidence}<br />{name}</figcaption></figure>
            """);
    }
}
