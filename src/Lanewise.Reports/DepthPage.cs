using System.Globalization;
using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>Renders the results of a depth study as a page and as files.</summary>
internal static class DepthPage
{
    private const int MaxLines = 8;

    // Without a limit, one vanished gradient would make all other norms look alike.
    private const double MaxDecades = 12;

    /// <summary>Renders the page of a study, or of the part that is complete.</summary>
    /// <param name="dataset">The dataset's name.</param>
    /// <param name="results">The completed runs, at least one.</param>
    /// <param name="planned">The number of runs of the whole study.</param>
    /// <param name="settings">The study's settings: names and values.</param>
    /// <param name="command">The command line that started the study.</param>
    public static Page Create(
        string dataset, IReadOnlyList<DepthResult> results, int planned, IEnumerable<(string Name, string Value)> settings, string command)
    {
        DepthResult[] firstSeed = [.. results.Where(r => r.Run.Seed == results[0].Run.Seed)];
        bool isTrained = results.Any(r => r.Epochs.Count > 0 || r.Diverged);
        Section[] sections =
        [
            new("Results", Summary(results)),
            .. isTrained ? (Section[])[new("Error by epoch", Errors(results))] : [],
            new("Gradient norms at initialization", AtStart(firstSeed)),
            .. firstSeed.Any(r => r.Samples.Count > 1)
                ? (Section[])[new("Gradient norms during training", OverSteps(firstSeed))]
                : [],
            new("Zero gradients", Zeros(results, isTrained)),
            new("Runs", Runs(results, isTrained)),
            new("Settings", Html.Join(HtmlElements.DescriptionList(settings), Html.Of($"<p>Command:</p><pre>{command}</pre>"))),
        ];
        string progress = results.Count < planned ? $"{results.Count} of {planned} runs are complete. " : "";
        string what = isTrained
            ? "Training error and gradient norms of plain and residual networks by depth."
            : "Gradient norms of plain and residual networks at initialization, by depth.";
        return new Page($"Depth on {dataset}", Html.Of($"{progress}{what}"), sections);
    }

    /// <summary>Gets the page's charts for saving as SVG files, with a file name each.</summary>
    /// <param name="results">The completed runs, at least one.</param>
    public static IEnumerable<(string FileName, IFigure Figure)> Figures(IReadOnlyList<DepthResult> results)
    {
        DepthResult[] firstSeed = [.. results.Where(r => r.Run.Seed == results[0].Run.Seed)];
        var trained = firstSeed.Where(r => r.Samples.Count > 1).ToArray();
        var range = Range(trained);
        return
        [
            .. Named("gradients-at-start", StartNorms(firstSeed)),
            .. results.Any(r => r.Epochs.Count > 0)
                ? Named("training-error", TrainErrors(results)).Concat(Named("test-error", TestErrors(results)))
                : [],
            .. trained.Select(r => ($"gradients-{r.Run.NetworkName}.svg", (IFigure)Map(r, range))),
        ];

        static IEnumerable<(string, IFigure)> Named(string name, Chart[] charts) =>
            charts.Select((chart, i) => (charts.Length == 1 ? $"{name}.svg" : $"{name}-{i + 1}.svg", (IFigure)chart));
    }

    private static Html Summary(IReadOnlyList<DepthResult> results) =>
        Html.Of($"<ul>{Html.Each(DepthSummary.Of(results), sentence => Html.Of($"<li>{sentence}</li>"))}</ul>\n");

    private static Html Errors(IReadOnlyList<DepthResult> results)
    {
        int seeds = results.Select(r => r.Run.Seed).Distinct().Count();
        string mean = seeds > 1 ? $" Means of {seeds} seeds; diverged runs are left out if another seed did not diverge." : "";
        return Html.Join(
            Html.Of($"<p>Share of misclassified images in percent, of the training and of the test set, with the weights after the epoch."),
            Html.Of($"{mean}</p>\n"),
            Html.Each(TrainErrors(results), chart => chart.ToHtml()),
            Html.Each(TestErrors(results), chart => chart.ToHtml()));
    }

    private static Chart[] TrainErrors(IReadOnlyList<DepthResult> results) =>
        Charts("Training error by epoch", "epoch", "training error, %", ErrorLines(results, e => e.TrainError));

    private static Chart[] TestErrors(IReadOnlyList<DepthResult> results) =>
        Charts("Test error by epoch", "epoch", "test error, %", ErrorLines(results, e => e.TestError));

    private static Chart[] StartNorms(DepthResult[] runs)
    {
        Line[] lines = Array.ConvertAll(runs, r => NormLine(r, r.AtStart));
        return Charts("Gradient norm by layer at initialization", "layer", "gradient norm", lines, isLogarithmic: true);
    }

    private static Line[] ErrorLines(IReadOnlyList<DepthResult> results, Func<DepthEpoch, double> error) =>
        [.. results.GroupBy(r => r.Run.NetworkName, StringComparer.Ordinal).Select(network => ErrorLine(network, error))];

    /// <summary>Computes a network's mean error over its seeds, up to the last epoch that all of them completed.</summary>
    private static Line ErrorLine(IGrouping<string, DepthResult> network, Func<DepthEpoch, double> error)
    {
        DepthResult[] converged = [.. network.Where(r => !r.Diverged)], runs = converged.Length > 0 ? converged : [.. network];
        int epochs = runs.Min(r => r.Epochs.Count);
        return new(network.Key, [.. Enumerable.Range(0, epochs).Select(i => ((double)i + 1, runs.Average(r => error(r.Epochs[i])) * 100))]);
    }

    private static Html AtStart(DepthResult[] runs) => Html.Join(
        Html.Of($"<p>Norm of the gradient with respect to each layer's weights, of one batch of training images, before training; "),
        Html.Of($"seed {runs[0].Run.Seed}. Layer 1 reads the image: towards the left, a falling line is a vanishing gradient, "),
        Html.Of($"a rising one an exploding gradient. Norms of exactly 0 are not shown.</p>\n"),
        Html.Each(StartNorms(runs), chart => chart.ToHtml()));

    private static Line NormLine(DepthResult result, GradientSample sample) =>
        new(
            result.Run.NetworkName,
            [.. sample.Layers.Index().Where(l => double.IsFinite(l.Item.Norm)).Select(l => ((double)l.Index + 1, l.Item.Norm))]);

    private static Html OverSteps(DepthResult[] runs)
    {
        var range = Range(runs);
        return Html.Join(
            Html.Of($"<p>The same norms during training, log10: a row for each layer, a column for each sampled step. All maps "),
            Html.Of($"share one scale of at most {MaxDecades:F0} powers of ten; smaller norms have the darkest shade, "),
            Html.Of($"and norms that are 0 or undefined are blank.</p>\n"),
            Html.Each(runs.Where(r => r.Samples.Count > 1), r => Map(r, range).ToHtml()),
            Html.Each(EndNorms(runs), chart => chart.ToHtml()));
    }

    private static Chart[] EndNorms(DepthResult[] runs)
    {
        Line[] lines = Array.ConvertAll(runs, r => NormLine(r, r.AtEnd));
        return Charts("Gradient norm by layer at the last sampled step", "layer", "gradient norm", lines, isLogarithmic: true);
    }

    private static HeatMap Map(DepthResult result, (double, double) range) => new HeatMap(
        $"Gradient norm by step and layer: {result.Run.NetworkName}, seed {result.Run.Seed}",
        "step",
        "layer",
        "log10 of the norm",
        [.. result.Samples.Select(s => s.Step.ToString(CultureInfo.InvariantCulture))],
        [.. result.AtStart.Layers.Index().Select(l => (l.Index + 1).ToString(CultureInfo.InvariantCulture))],
        [.. result.AtStart.Layers.Index().Select(l => result.Samples.Select(s => Math.Log10(s.Layers[l.Index].Norm)).ToArray())])
    {
        Range = range,
    };

    private static (double Min, double Max) Range(DepthResult[] runs)
    {
        double[] logs =
        [
            .. from run in runs
               from sample in run.Samples
               from layer in sample.Layers
               let log = Math.Log10(layer.Norm)
               where double.IsFinite(log)
               select log,
        ];
        double max = logs.DefaultIfEmpty(0).Max();
        return (Math.Max(logs.DefaultIfEmpty(0).Min(), max - MaxDecades), max);
    }

    private static Html Zeros(IReadOnlyList<DepthResult> results, bool isTrained)
    {
        string[] end = isTrained ? [">first layer, final", ">layers above 50 %, final"] : [];
        var table = new Table(["network", ">seed", ">first layer, initial", ">layers above 50 %, initial", .. end]);
        foreach (var r in results)
        {
            table.Add([r.Run.NetworkName, Seed(r), .. ZeroCells(r.AtStart), .. isTrained ? ZeroCells(r.AtEnd) : []]);
        }

        return Html.Join(
            Html.Of($"<p>Share of the values of a layer's weight gradient that are zero or denormal (below 1.2e-38), and the number "),
            Html.Of($"of layers where it is above 50 %. Zeros come from underflow and from channels whose ReLU is inactive for all "),
            Html.Of($"images of the batch. Such values change no weight, whatever the learning rate.</p>\n"),
            table.ToHtml("Share of the gradient that is zero or denormal"));
    }

    private static string[] ZeroCells(GradientSample sample) =>
        [HtmlElements.Percent(sample.Layers[0].ZeroShare), $"{sample.Layers.Count(l => l.ZeroShare > 0.5)} of {sample.Layers.Count}"];

    private static Html Runs(IReadOnlyList<DepthResult> results, bool isTrained)
    {
        string[] errors = isTrained ? [">training error", ">test error"] : [];
        string[] end = isTrained ? [">first / last layer, final"] : [];
        var table = new Table(["network", ">seed", .. errors, ">first / last layer, initial", .. end]);
        foreach (var r in results)
        {
            table.Add(
            [
                r.Run.NetworkName,
                Seed(r),
                .. isTrained ? (string[])[DepthSummary.Error(r, r.TrainError), DepthSummary.Error(r, r.TestError)] : [],
                DepthSummary.Number(r.AtStart.FirstToLast),
                .. isTrained ? (string[])[DepthSummary.Number(r.AtEnd.FirstToLast)] : [],
            ]);
        }

        return Html.Join(
            table.ToHtml("Errors, and the gradient norm of the first layer divided by that of the last"),
            Html.Of($"<p>The data are in the folder of this page: <code>runs.csv</code>, <code>epochs.csv</code>, "),
            Html.Of($"<code>gradients.csv</code> and <code>depth.json</code>.</p>\n"));
    }

    /// <summary>Creates one chart, or several by family where one would have more than <see cref="MaxLines"/> lines.</summary>
    private static Chart[] Charts(string title, string x, string y, Line[] lines, bool isLogarithmic = false)
    {
        Line[][] groups = lines.Length <= MaxLines
            ? [lines]
            : [.. lines.GroupBy(Family, StringComparer.Ordinal).SelectMany(family => family.Chunk(MaxLines))];
        return [.. groups.Select(group => new Chart(Title(group), x, y, group) { IsLogarithmic = isLogarithmic })];

        static string Family(Line line) => line.Name.TrimEnd([.. "0123456789"]);

        string Title(Line[] group) => groups.Length == 1 ? title : $"{title}: {group[0].Name} to {group[^1].Name}";
    }

    private static string Seed(DepthResult result) => result.Run.Seed.ToString(CultureInfo.InvariantCulture);
}
