using Lanewise.Training;

namespace Lanewise.Reports;

/// <summary>The page of a training run.</summary>
public static class RunPage
{
    /// <summary>Makes the page.</summary>
    public static Page Create(RunPageData run) => new($"{run.Network.Name}: {run.Name}", Lead(run), [.. Sections(run)]);

    private static IEnumerable<Section> Sections(RunPageData run)
    {
        yield return new("Summary", Summary(run));
        yield return new("How it learned", Curves(run.Epochs));
        if (run.Test is { } test)
        {
            yield return new("What is taken for what", ConfusionFigure.ToHtml(test));
            yield return new("Class by class", ClassScores(test));
            yield return new("The surest mistakes", MistakeGallery.ToHtml(test));
        }
        else
        {
            yield return new("On the test images", Html.Of($"<p>The model was not put to the test, so confusion matrix, figures by class and mistakes are missing: {run.TestMissing}</p>"));
        }

        yield return new("Gradients on their way back", GradientFigures.ToHtml(run.Gradients));
        yield return new("Cost, layer by layer", CostTable.ToHtml(run.Network));
        yield return new("Settings and environment", Html.Of($"<h3>Settings</h3>{HtmlParts.Facts(run.Settings)}<h3>Environment</h3>{HtmlParts.Facts(run.Environment)}"));
        yield return new("How to repeat it", Repeat(run));
    }

    private static Html Lead(RunPageData run)
    {
        string on = run.Dataset is { } dataset ? $" on {dataset}" : "";
        string result = run.TestTop1 is { } accuracy ? $"{HtmlParts.Percent(accuracy)} of the test images right" : "not yet tested";
        string epochs = $"{run.Epochs.Count} of {run.EpochsWanted} epoch{(run.EpochsWanted == 1 ? "" : "s")}";
        return Html.Of($"{run.Network.Name}{on}: {result} after {epochs}.");
    }

    private static Html Summary(RunPageData run)
    {
        var facts = new List<(string, string)>
        {
            ("Model", run.Network.Name),
            ("Dataset", run.Dataset ?? "not known"),
            ("Test accuracy", run.TestTop1 is { } accuracy ? HtmlParts.Percent(accuracy) : "none yet"),
            ("Parameters", HtmlParts.Count(run.Network.ParameterCount)),
            ("MACs an image", HtmlParts.Count(run.Network.Macs)),
            ("Epochs", $"{run.Epochs.Count} of {run.EpochsWanted}"),
        };
        if (run.Test is { } test)
        {
            facts.Insert(3, ("Right", $"{HtmlParts.Count(test.Evaluation.Correct)} of {HtmlParts.Count(test.Evaluation.Total)} ({test.Dataset})"));
        }

        if (run.Epochs.Count > 0)
        {
            double seconds = run.Epochs.Sum(e => e.Seconds);
            facts.Add(("Training time", HtmlParts.Duration(seconds)));
            facts.Add(("Images per second", HtmlParts.Count((long)(run.Epochs.Sum(e => e.Seconds * e.ImagesPerSecond) / seconds))));
        }

        Html unfinished = run.ResumeCommand is { } command
            ? Html.Of($"<p>The run is not complete. Go on with:</p><pre><code>{command}</code></pre>")
            : Html.Empty;
        return Html.Join(HtmlParts.Facts(facts), unfinished);
    }

    private static Html Curves(IReadOnlyList<EpochResult> epochs)
    {
        if (epochs.Count == 0)
        {
            return Html.Of($"<p>No epoch is complete yet, so there is nothing to draw.</p>");
        }

        Line Of(string name, Func<EpochResult, double> value) => new(name, [.. epochs.Select(e => ((double)e.Epoch, value(e)))]);
        return Html.Join(
            new Chart("Loss by epoch", "epoch", "mean cross-entropy", [Of("training", e => e.TrainLoss), Of("test", e => e.ValLoss)]).ToHtml(),
            new Chart("Accuracy by epoch", "epoch", "% right", [Of("training", e => e.TrainTop1 * 100), Of("test", e => e.ValTop1 * 100)]).ToHtml(),
            new Chart("Learning rate of each epoch's last step", "epoch", "learning rate", [Of("learning rate", e => e.LearningRate)]).ToHtml(),
            Html.Of($"<p>Training figures are of each image as it was trained on, while the network still changed; test figures are of the network after the epoch.</p>"));
    }

    private static Html ClassScores(RunTest test)
    {
        const int MaxShown = 40;
        var table = new Table("class", ">images", "precision", "recall");
        foreach (var score in test.Evaluation.PerClass)
        {
            table.Add(Html.Of($"{test.Classes[score.Class]}"), Html.Of($"{HtmlParts.Count(score.Support)}"), HtmlParts.Meter(score.Precision), HtmlParts.Meter(score.Recall));
        }

        var html = table.ToHtml("Precision and recall");
        return Html.Of(
            $"<p>Precision: of the images taken for this class, how many are of it. Recall: of this class's images, how many were recognised.</p>{(test.Classes.Count <= MaxShown ? html : HtmlParts.Details($"All {test.Classes.Count} classes", html))}");
    }

    private static Html Repeat(RunPageData run) => Html.Of(
        $"""
        <p>The run was started with:</p>
        <pre><code>{run.Command}</code></pre>
        <p>The same command with the same data gives the same weights to the bit on a processor of the same lane width, at any number of threads.</p>
        {Html.Each(run.Remarks, remark => Html.Of($"<p>{remark}</p>"))}
        """);
}
