namespace Lanewise.Reports;

/// <summary>Renders how far the probabilities of a model can be trusted: accuracy by probability, beside the diagonal.</summary>
internal static class ReliabilityDiagram
{
    public static Html ToHtml(Reliability reliability)
    {
        ReliabilityBin[] bins = [.. reliability.Bins.Where(bin => bin.Count > 0)];
        if (!double.IsFinite(reliability.CalibrationError))
        {
            return Html.Of($"<p>The probabilities are not finite numbers.</p>");
        }

        Line[] lines =
        [
            new("this model", [.. bins.Select(bin => (100 * bin.Probability, 100 * bin.Accuracy))]),
            new("calibrated model", [(0, 0), (100, 100)]),
        ];
        var table = new Table("probability", ">images", ">mean probability", ">accuracy");
        foreach (var bin in bins)
        {
            table.Add(
                $"{HtmlElements.Percent(bin.Low)} to {HtmlElements.Percent(bin.High)}",
                HtmlElements.Count(bin.Count),
                HtmlElements.Percent(bin.Probability),
                HtmlElements.Percent(bin.Accuracy));
        }

        return Html.Join(
            Html.Of($"<p>Where the line of this model is below the diagonal, its predictions are less often right than their "),
            Html.Of($"probabilities say. The expected calibration error, {HtmlElements.Percent(reliability.CalibrationError)}, "),
            Html.Of($"is the mean distance between the two lines over all images, in {Reliability.BinCount} bins of probability.</p>"),
            new Chart("Accuracy by probability", "probability of the predicted class, %", "accuracy, %", lines) { IsInteger = false }
                .ToHtml(),
            HtmlElements.Details("Images by probability", table.ToHtml("Images by the probability of the predicted class")));
    }
}
