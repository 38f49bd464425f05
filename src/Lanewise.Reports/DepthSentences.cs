using System.Globalization;
using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>What a depth study showed, in plain sentences, whichever way it came out.</summary>
public static class DepthSentences
{
    private const double Most = 0.5;

    /// <summary>One sentence for each two neighbouring depths of a family that were trained, and one on the gradients of each depth.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<DepthResult> results) =>
        [.. DepthComparison.Of(results).Select(Learning), .. results.GroupBy(r => r.Run.Depth).Select(Gradients)];

    /// <summary>An error as a share, "diverged", or a dash where there is none.</summary>
    /// <param name="result">The run.</param>
    /// <param name="error">Its error, 0 to 1, or null.</param>
    public static string Error(DepthResult result, double? error) => error is { } share ? HtmlParts.Percent(share) : result.Diverged ? "diverged" : "–";

    /// <summary>A number of any size, such as 0.613 or 2.1e-14; a dash for none, as of a gradient that is 0 everywhere.</summary>
    public static string Number(double value) =>
        double.IsNaN(value) ? "–"
        : double.IsInfinity(value) ? "infinite"
        : Math.Abs(value) is >= 1e-3 and < 100 or 0 ? value.ToString("0.###", CultureInfo.InvariantCulture)
        : Math.Abs(value) is >= 100 and < 1e4 ? value.ToString("F0", CultureInfo.InvariantCulture)
        : value.ToString("0.#e+0", CultureInfo.InvariantCulture);

    private static string Learning(DepthComparison pair)
    {
        string family = Family(pair.Family);
        var errors = pair.TrainErrors;
        int lost = pair.Runs.Count - errors.Count;
        if (errors.Count == 0)
        {
            return $"{family}: with {pair.Shallow} and {pair.Deep} layers, no seed's two trainings both came to an end, so there is nothing to compare.";
        }

        double shallow = errors.Average(e => e.Shallow), deep = errors.Average(e => e.Deep);
        int worse = errors.Count(e => e.Deep > e.Shallow), better = errors.Count(e => e.Deep < e.Shallow);
        string verdict = deep.CompareTo(shallow) switch
        {
            > 0 => $"the deeper network learned its training images worse{InSeeds(worse, errors.Count)}",
            < 0 => $"the deeper network learned its training images better{InSeeds(better, errors.Count)}",
            _ => "both learned their training images equally well",
        };
        string means = errors.Count > 1 ? $" (means of {errors.Count} seeds)" : "";
        string left = lost > 0 ? $"; left out: {lost} seed{(lost == 1 ? "" : "s")} with a loss that diverged" : "";
        return $"{family}: training error {HtmlParts.Percent(shallow)} with {pair.Shallow} layers, {HtmlParts.Percent(deep)} with {pair.Deep}{means}: {verdict}{left}.";
    }

    private static string InSeeds(int count, int all) => all == 1 ? "" : $" in {count} of {all} seeds";

    private static string Gradients(IGrouping<int, DepthResult> depth)
    {
        var families = depth.GroupBy(r => r.Run.Family).Select(family => $"{Range([.. family.Select(r => r.AtStart.FirstToLast)])} in the {Word(family.Key)} network{Zeros([.. family])}");
        return $"{depth.Key} layers, at the start: the first layer's gradient norm divided by the last one's is {string.Join(", ", families)}.";
    }

    private static string Zeros(DepthResult[] runs)
    {
        double share = runs.Average(r => r.AtStart.Layers[0].ZeroShare);
        return share >= Most ? $" ({HtmlParts.Percent(share)} of it zero or denormal)" : "";
    }

    private static string Range(double[] values)
    {
        string least = Text(values.Min()), most = Text(values.Max());
        return least == most ? least : $"{least} to {most}";

        static string Text(double value) => double.IsNaN(value) ? "no number" : Number(value);
    }

    private static string Family(DepthFamily family) => family == DepthFamily.Plain ? "Plain" : "Residual";

    private static string Word(DepthFamily family) => family == DepthFamily.Plain ? "plain" : "residual";
}
