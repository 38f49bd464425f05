namespace Lanewise.Reports;

/// <summary>Renders the report of a training run as a page.</summary>
public static class RunPage
{
    private const int MaxClassesShown = 40;

    /// <summary>Renders the page.</summary>
    /// <param name="run">The run's data; a part that is missing is replaced by a sentence that says why.</param>
    public static Page Create(RunPageData run) => new($"{run.Network.Name}: {run.Name}", Lead(run), [.. Sections(run)]);

    private static IEnumerable<Section> Sections(RunPageData run)
    {
        yield return new("Summary", Summary(run));
        yield return new("Training curves", Curves(run.Epochs));
        if (run.Test is { } test)
        {
            yield return new("Confusion matrix", ConfusionMatrix.ToHtml(test));
            yield return new("Precision and recall", ClassScores(test));
            if (test.Evaluation.Reliability is { } reliability)
            {
                yield return new("Calibration", ReliabilityDiagram.ToHtml(reliability));
            }

            yield return new("Most confident mistakes", MistakeGallery.ToHtml(test));
        }
        else
        {
            yield return new("Test set", Html.Join(
                Html.Of($"<p>The model was not evaluated, so the confusion matrix, the results by class and the mistakes are missing: "),
                Html.Of($"{run.TestMissing}</p>")));
        }

        if (run.Training is { } training)
        {
            yield return new("Training images that may be mislabelled", MistakeGallery.ToHtml(training, run.TrainingCount));
        }

        yield return new("Gradient norms", GradientCharts.ToHtml(run.Gradients));
        yield return new("Cost by layer", CostTable.ToHtml(run.Network));
        yield return new("Settings and environment", Html.Join(
            Html.Of($"<h3>Settings</h3>{HtmlElements.DescriptionList(run.Settings)}"),
            Html.Of($"<h3>Environment</h3>{HtmlElements.DescriptionList(run.Environment)}")));
        yield return new("How to reproduce", Reproduction(run));
    }

    private static Html Lead(RunPageData run)
    {
        string on = run.Dataset is { } dataset ? $" on {dataset}" : "";
        string result = run.TestTop1 is { } top1 ? $"{HtmlElements.Percent(top1)} test accuracy" : "not yet evaluated";
        string epochs = $"{run.Epochs.Count} of {run.PlannedEpochs} epoch{(run.PlannedEpochs == 1 ? "" : "s")}";
        string weights = run.Weights.FirstOrDefault(kept => kept.IsUsed) is { } used && used.Epoch != run.Epochs.Count
            ? $", with the weights of epoch {used.Epoch}" : "";
        return Html.Of($"{run.Network.Name}{on}: {result} after {epochs}{weights}.");
    }

    private static Html Summary(RunPageData run)
    {
        var facts = new List<(string, string)>
        {
            ("Model", run.Network.Name),
            ("Dataset", run.Dataset ?? "unknown"),
            ("Test accuracy", run.TestTop1 is { } top1 ? HtmlElements.Percent(top1) : "none yet"),
            ("Parameters", HtmlElements.Count(run.Network.ParameterCount)),
            ("MACs per image", HtmlElements.Count(run.Network.Macs)),
            ("Epochs", $"{run.Epochs.Count} of {run.PlannedEpochs}"),
        };
        if (run.Test is { } test)
        {
            string correct = $"{HtmlElements.Count(test.Evaluation.Correct)} of {HtmlElements.Count(test.Evaluation.Total)}";
            facts.Insert(3, ("Correct", $"{correct} ({test.Dataset})"));
            if (test.Evaluation.IsSmall)
            {
                var interval = test.Evaluation.Top1Interval;
                facts.Insert(4, ("95 % interval", $"{HtmlElements.Percent(interval.Low)} to {HtmlElements.Percent(interval.High)}"));
                facts.Insert(5, ("Majority class alone", HtmlElements.Percent(test.Evaluation.MajorityShare)));
            }

            facts.AddRange(Metrics(test.Evaluation));
        }

        if (run.Epochs.Count > 0)
        {
            double seconds = run.Epochs.Sum(e => e.Seconds), images = run.Epochs.Sum(e => e.Seconds * e.ImagesPerSecond);
            facts.Add(("Training time", HtmlElements.Duration(seconds)));
            facts.Add(("Throughput", $"{HtmlElements.Count((long)(images / seconds))} images/s"));
        }

        Html resume = run.ResumeCommand is { } command
            ? Html.Of($"<p>The run is incomplete. Resume it with:</p><pre><code>{command}</code></pre>")
            : Html.Empty;
        return Html.Join(HtmlElements.DescriptionList(facts), Weights(run), resume);
    }

    private static Html Weights(RunPageData run)
    {
        if (run.Weights.Count < 2)
        {
            return Html.Empty;
        }

        var table = new Table("weights", "file", ">epoch", ">validation loss", ">validation accuracy", "on this page");
        foreach (var kept in run.Weights)
        {
            table.Add(
                Html.Of($"{kept.Name}"),
                Html.Of($"{kept.File}"),
                Html.Of($"{HtmlElements.Count(kept.Epoch)}"),
                Html.Of($"{FormattableString.Invariant($"{kept.ValLoss:F4}")}"),
                Html.Of($"{HtmlElements.Percent(kept.ValTop1)}"),
                Html.Of($"{(kept.IsUsed ? "yes" : "")}"));
        }

        return table.ToHtml("Weights that the run keeps");
    }

    private static IEnumerable<(string Name, string Value)> Metrics(Evaluation evaluation)
    {
        if (evaluation.Top5 is { } top5)
        {
            yield return ("Top-5 accuracy", HtmlElements.Percent(top5));
        }

        yield return ("Macro F1", HtmlElements.Percent(evaluation.MacroF1));
        yield return ("Balanced accuracy", HtmlElements.Percent(evaluation.BalancedAccuracy));
        if (evaluation.Reliability is { CalibrationError: var error } && double.IsFinite(error))
        {
            yield return ("Calibration error", HtmlElements.Percent(error));
        }
    }

    private static Html Curves(IReadOnlyList<EpochResult> epochs)
    {
        if (epochs.Count == 0)
        {
            return Html.Of($"<p>No epoch is complete yet, so there are no curves.</p>");
        }

        return Html.Join(
            Chart("Loss by epoch", "mean cross-entropy", [
                Line("training", e => e.TrainLoss), Line("validation", e => e.ValLoss), .. Averaged(e => e.EmaValLoss)]),
            Chart("Accuracy by epoch", "top-1, %", [
                Line("training", e => e.TrainTop1 * 100), Line("validation", e => e.ValTop1 * 100), .. Averaged(e => e.EmaValTop1 * 100)]),
            Chart("Learning rate at the last step of each epoch", "learning rate", Line("learning rate", e => e.LearningRate)),
            Html.Of($"<p>Training loss and accuracy are averaged over the epoch, while the weights still change. "),
            Html.Of($"Validation loss and accuracy are of the weights after the epoch.</p>"));

        Line Line(string name, Func<EpochResult, double> value) => new(name, [.. epochs.Select(e => ((double)e.Epoch, value(e)))]);

        Line[] Averaged(Func<EpochResult, double?> value) => epochs.All(e => value(e) is not null)
            ? [Line("validation, averaged weights", e => value(e)!.Value)] : [];

        static Html Chart(string title, string y, params Line[] lines) => new Chart(title, "epoch", y, lines).ToHtml();
    }

    private static Html ClassScores(TestEvaluation test)
    {
        var table = new Table("class", ">images", "precision", "recall");
        foreach (var score in test.Evaluation.PerClass())
        {
            table.Add(
                Html.Of($"{test.Classes[score.Class]}"),
                Html.Of($"{HtmlElements.Count(score.Support)}"),
                HtmlElements.Meter(score.Precision),
                HtmlElements.Meter(score.Recall));
        }

        var html = table.ToHtml("Precision and recall by class");
        return Html.Join(
            Html.Of($"<p>Precision: the share of the images predicted as this class that belong to it. "),
            Html.Of($"Recall: the share of this class's images that were predicted as it.</p>"),
            test.Classes.Count <= MaxClassesShown ? html : HtmlElements.Details($"All {test.Classes.Count} classes", html));
    }

    private static Html Reproduction(RunPageData run) => Html.Of(
        $"""
        {(run.Command.Length == 0 ? Html.Of($"") : Html.Of($"<p>The run was started with:</p><pre><code>{run.Command}</code></pre>"))}
        <p>On a processor with the same lane width, the same command and data give bitwise identical weights, at any number of threads.</p>
        {Html.Each(run.Remarks, remark => Html.Of($"<p>{remark}</p>"))}
        """);
}
