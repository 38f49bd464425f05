using System.Globalization;
using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>Formats the results of a depth study as sentences.</summary>
internal static class DepthSummary
{
    // A smaller share of zero gradients is not mentioned.
    private const double MinZeroShare = 0.5;

    /// <summary>
    /// Gets one sentence for each pair of neighbouring depths of a family, on the training errors, and one for each depth, on the
    /// gradient norms at initialization.
    /// </summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<DepthResult> results) =>
        [.. DepthComparison.Of(results).Select(Learning), .. results.GroupBy(r => r.Run.Depth).Select(Gradients)];

    /// <summary>Formats an error as a percentage, as "diverged", or as a dash if there is none.</summary>
    /// <param name="result">The run.</param>
    /// <param name="error">The run's error, 0 to 1, or null.</param>
    public static string Error(DepthResult result, double? error) =>
        error is { } share ? HtmlElements.Percent(share) : result.Diverged ? "diverged" : "–";

    /// <summary>Formats a number of any magnitude, such as 0.613 or 2.1e-14; NaN is a dash.</summary>
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
            return $"{family}: no seed completed both {pair.Shallow} and {pair.Deep} layers, so there is nothing to compare.";
        }

        double shallow = errors.Average(e => e.Shallow), deep = errors.Average(e => e.Deep);
        int higher = errors.Count(e => e.Deep > e.Shallow), lower = errors.Count(e => e.Deep < e.Shallow);
        string verdict = deep.CompareTo(shallow) switch
        {
            > 0 => $"higher in the deeper network{InSeeds(higher, errors.Count)}",
            < 0 => $"lower in the deeper network{InSeeds(lower, errors.Count)}",
            _ => "equal",
        };
        string means = errors.Count > 1 ? $" (means of {errors.Count} seeds)" : "";
        string diverged = lost > 0 ? $"; {lost} diverged seed{(lost == 1 ? "" : "s")} left out" : "";
        string comparison = $"{HtmlElements.Percent(shallow)} with {pair.Shallow} layers, {HtmlElements.Percent(deep)} with {pair.Deep}";
        return $"{family}: training error {comparison}{means}: {verdict}{diverged}.";
    }

    private static string InSeeds(int count, int all) => all == 1 ? "" : $" in {count} of {all} seeds";

    private static string Gradients(IGrouping<int, DepthResult> depth)
    {
        string ratios = string.Join(", ", depth.GroupBy(r => r.Run.Family).Select(Ratio));
        return $"{depth.Key} layers at initialization: the gradient norm of the first layer divided by that of the last is {ratios}.";

        static string Ratio(IGrouping<DepthFamily, DepthResult> family) =>
            $"{Range([.. family.Select(r => r.AtStart.FirstToLast)])} in the {Word(family.Key)} network{Zeros([.. family])}";
    }

    private static string Zeros(DepthResult[] runs)
    {
        double share = runs.Average(r => r.AtStart.Layers[0].ZeroShare);
        return share >= MinZeroShare ? $" ({HtmlElements.Percent(share)} of it zero or denormal)" : "";
    }

    private static string Range(double[] values)
    {
        string min = Text(values.Min()), max = Text(values.Max());
        return min == max ? min : $"{min} to {max}";

        static string Text(double value) => double.IsNaN(value) ? "undefined" : Number(value);
    }

    private static string Family(DepthFamily family) => family == DepthFamily.Plain ? "Plain" : "Residual";

    private static string Word(DepthFamily family) => family == DepthFamily.Plain ? "plain" : "residual";
}
