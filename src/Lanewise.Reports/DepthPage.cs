using System.Globalization;
using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>The page of a depth study.</summary>
public static class DepthPage
{
    private const int MaxLines = 8;

    // What lies deeper is shown in the darkest shade: beside a gradient that vanished, all others would look alike.
    private const double MaxDecades = 12;

    /// <summary>Makes the page of a study, or of as much of it as is done.</summary>
    /// <param name="dataset">What it was trained on.</param>
    /// <param name="results">The runs that came to an end, at least one.</param>
    /// <param name="planned">How many there are to be.</param>
    /// <param name="settings">How it was made: names and values.</param>
    /// <param name="command">The command line.</param>
    public static Page Create(string dataset, IReadOnlyList<DepthResult> results, int planned, IEnumerable<(string Name, string Value)> settings, string command)
    {
        DepthResult[] firstSeed = [.. results.Where(r => r.Run.Seed == results[0].Run.Seed)];
        bool isTrained = results.Any(r => r.Epochs.Count > 0 || r.Diverged);
        Section[] sections =
        [
            new("What came out", WhatCameOut(results)),
            .. isTrained ? (Section[])[new("Errors by epoch", Errors(results))] : [],
            new("Gradients at the start", AtStart(firstSeed)),
            .. firstSeed.Any(r => r.Samples.Count > 1) ? (Section[])[new("Gradients over the steps", OverSteps(firstSeed))] : [],
            new("Zeros", Zeros(results, isTrained)),
            new("Runs", Runs(results, isTrained)),
            new("Settings", Html.Join(HtmlParts.Facts(settings), Html.Of($"<p>The command:</p><pre>{command}</pre>"))),
        ];
        string part = results.Count < planned ? $"So far {results.Count} of {planned} runs. " : "";
        string what = isTrained ? "how well plain and residual networks learn, and what reaches their first layers" : "what reaches the first layers of networks as they are initialised";
        return new Page($"Depth on {dataset}", Html.Of($"{part}Measured here: {what}, by depth."), sections);
    }

    /// <summary>The page's most telling drawings as files of their own: each one's name and what it is.</summary>
    /// <param name="results">The runs that came to an end, at least one.</param>
    public static IEnumerable<(string FileName, IDrawing Drawing)> Drawings(IReadOnlyList<DepthResult> results)
    {
        DepthResult[] firstSeed = [.. results.Where(r => r.Run.Seed == results[0].Run.Seed)];
        var trained = firstSeed.Where(r => r.Samples.Count > 1).ToArray();
        var range = Range(trained);
        return
        [
            .. Named("gradients-at-start", StartNorms(firstSeed)),
            .. results.Any(r => r.Epochs.Count > 0) ? (IEnumerable<(string, IDrawing)>)[.. Named("training-error", TrainErrors(results)), .. Named("test-error", TestErrors(results))] : [],
            .. trained.Select(r => ($"gradients-{r.Run.NetworkName}.svg", (IDrawing)Map(r, range))),
        ];

        static IEnumerable<(string, IDrawing)> Named(string name, Chart[] charts) =>
            charts.Select((chart, i) => (charts.Length == 1 ? $"{name}.svg" : $"{name}-{i + 1}.svg", (IDrawing)chart));
    }

    private static Html WhatCameOut(IReadOnlyList<DepthResult> results) =>
        Html.Of($"<ul>{Html.Each(DepthSentences.Of(results), sentence => Html.Of($"<li>{sentence}</li>"))}</ul>\n");

    private static Html Errors(IReadOnlyList<DepthResult> results)
    {
        int seeds = results.Select(r => r.Run.Seed).Distinct().Count();
        string mean = seeds > 1 ? $" Means of {seeds} seeds; runs whose loss diverged are left out where others did not." : "";
        return Html.Join(
            Html.Of($"<p>The share of wrong images, in percent. Training images are judged by the weights after the epoch, as test images are.{mean}</p>\n"),
            Html.Each(TrainErrors(results), chart => chart.ToHtml()),
            Html.Each(TestErrors(results), chart => chart.ToHtml()));
    }

    private static Chart[] TrainErrors(IReadOnlyList<DepthResult> results) =>
        Charts("Training error by epoch", "epoch", "training error, %", ErrorLines(results, e => e.TrainError), isLogarithmic: false);

    private static Chart[] TestErrors(IReadOnlyList<DepthResult> results) =>
        Charts("Test error by epoch", "epoch", "test error, %", ErrorLines(results, e => e.TestError), isLogarithmic: false);

    private static Chart[] StartNorms(DepthResult[] runs) =>
        Charts("Gradient norm by layer, at the start", "layer", "gradient norm", [.. runs.Select(r => NormLine(r, r.AtStart))], isLogarithmic: true);

    private static Line[] ErrorLines(IReadOnlyList<DepthResult> results, Func<DepthEpoch, double> error) =>
        [.. results.GroupBy(r => r.Run.NetworkName, StringComparer.Ordinal).Select(network => ErrorLine(network, error))];

    /// <summary>A network's mean error over its seeds, as far as all of them reached.</summary>
    private static Line ErrorLine(IGrouping<string, DepthResult> network, Func<DepthEpoch, double> error)
    {
        DepthResult[] whole = [.. network.Where(r => !r.Diverged)], runs = whole.Length > 0 ? whole : [.. network];
        int epochs = runs.Min(r => r.Epochs.Count);
        return new(network.Key, [.. Enumerable.Range(0, epochs).Select(i => ((double)i + 1, runs.Average(r => error(r.Epochs[i])) * 100))]);
    }

    private static Html AtStart(DepthResult[] runs) => Html.Join(
        Html.Of($"<p>The norm of the gradient to each layer's weights in the network as it is initialised, seed {runs[0].Run.Seed}, over one batch of training images. Layer 1 is next to the image: a line that falls towards the left is a gradient that vanishes on its way back; one that rises, a gradient that explodes. Norms of exactly 0 are not drawn.</p>\n"),
        Html.Each(StartNorms(runs), chart => chart.ToHtml()));

    private static Line NormLine(DepthResult result, GradientSample sample) =>
        new(result.Run.NetworkName, [.. sample.Layers.Index().Where(l => double.IsFinite(l.Item.Norm)).Select(l => ((double)l.Index + 1, l.Item.Norm))]);

    private static Html OverSteps(DepthResult[] runs)
    {
        var range = Range(runs);
        return Html.Join(
            Html.Of($"<p>The same norms over the training, as powers of ten: one row a layer, one column a measured step. All maps share one scale, of at most {MaxDecades:F0} powers; what is smaller has the darkest shade, and what is exactly 0 or no number is blank.</p>\n"),
            Html.Each(runs.Where(r => r.Samples.Count > 1), r => Map(r, range).ToHtml()),
            Html.Each(
                Charts("Gradient norm by layer, at the last measured step", "layer", "gradient norm", [.. runs.Select(r => NormLine(r, r.AtEnd))], isLogarithmic: true),
                chart => chart.ToHtml()));
    }

    private static HeatMap Map(DepthResult result, (double, double) range) => new HeatMap(
        $"Gradient norms of {result.Run.NetworkName}, seed {result.Run.Seed}",
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
        double[] norms = [.. from r in runs from s in r.Samples from l in s.Layers let log = Math.Log10(l.Norm) where double.IsFinite(log) select log];
        double most = norms.DefaultIfEmpty(0).Max();
        return (Math.Max(norms.DefaultIfEmpty(0).Min(), most - MaxDecades), most);
    }

    private static Html Zeros(IReadOnlyList<DepthResult> results, bool isTrained)
    {
        string[] end = isTrained ? [">first layer, at the end", ">layers above half, at the end"] : [];
        var table = new Table(["network", ">seed", ">first layer, at the start", ">layers above half, at the start", .. end]);
        foreach (var r in results)
        {
            table.Add([r.Run.NetworkName, Seed(r), .. ZeroCells(r.AtStart), .. isTrained ? ZeroCells(r.AtEnd) : []]);
        }

        return Html.Join(
            Html.Of($"<p>The share of a layer's gradient that is zero or denormal (below 1.2e-38), and how many layers have more than half of theirs so small. Exact zeros also come from channels whose ReLU lets no image through. What has come to this teaches a layer nothing, at any learning rate.</p>\n"),
            table.ToHtml("Share of the gradient that is zero or denormal"));
    }

    private static string[] ZeroCells(GradientSample sample) =>
        [HtmlParts.Percent(sample.Layers[0].ZeroShare), $"{sample.Layers.Count(l => l.ZeroShare > 0.5)} of {sample.Layers.Count}"];

    private static Html Runs(IReadOnlyList<DepthResult> results, bool isTrained)
    {
        string[] errors = isTrained ? [">training error", ">test error"] : [], end = isTrained ? [">first / last layer, at the end"] : [];
        var table = new Table(["network", ">seed", .. errors, ">first / last layer, at the start", .. end]);
        foreach (var r in results)
        {
            table.Add(
            [
                r.Run.NetworkName,
                Seed(r),
                .. isTrained ? (string[])[DepthSentences.Error(r, r.TrainError), DepthSentences.Error(r, r.TestError)] : [],
                DepthSentences.Number(r.AtStart.FirstToLast),
                .. isTrained ? (string[])[DepthSentences.Number(r.AtEnd.FirstToLast)] : [],
            ]);
        }

        return Html.Join(
            table.ToHtml("Errors, and the first layer's gradient norm divided by the last one's"),
            Html.Of($"<p>All figures: <code>runs.csv</code>, <code>epochs.csv</code>, <code>gradients.csv</code> and <code>depth.json</code> beside this page.</p>\n"));
    }

    /// <summary>A chart, or several where there are more lines than one can tell apart: then family by family.</summary>
    private static Chart[] Charts(string title, string x, string y, Line[] lines, bool isLogarithmic)
    {
        Line[][] groups = lines.Length <= MaxLines
            ? [lines]
            : [.. lines.GroupBy(line => line.Name.TrimEnd([.. "0123456789"]), StringComparer.Ordinal).SelectMany(family => family.Chunk(MaxLines))];
        return [.. groups.Select(group => new Chart(Title(group), x, y, group) { IsLogarithmic = isLogarithmic })];

        string Title(Line[] group) => groups.Length == 1 ? title : $"{title}: {group[0].Name} to {group[^1].Name}";
    }

    private static string Seed(DepthResult result) => result.Run.Seed.ToString(CultureInfo.InvariantCulture);
}
