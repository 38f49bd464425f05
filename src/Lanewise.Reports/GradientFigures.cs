using System.Globalization;
using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>Gradient norms by layer over a training: a heat map, the first and last layers as lines, and the figures.</summary>
internal static class GradientFigures
{
    private const int MaxColumns = 100;

    public static Html ToHtml(IReadOnlyList<GradientSample> samples)
    {
        if (samples.Count == 0)
        {
            return Html.Of($"<p>The run folder has no gradients.csv: the run was made by an earlier version, or no step was done. Norms by layer are therefore missing.</p>");
        }

        return Html.Of($"<p>The Euclidean norm of the gradient to each layer's weights, for a batch's mean loss: how much of the loss's signal arrives there.</p>{Map(samples)}{Lines(samples)}{HtmlParts.Details("Figures by layer", ToTable(samples))}");
    }

    private static Html Map(IReadOnlyList<GradientSample> samples)
    {
        int every = (samples.Count + MaxColumns - 1) / MaxColumns;
        GradientSample[] shown = [.. samples.Where((_, i) => i % every == 0)];
        string[] layers = [.. samples[0].Layers.Select(l => l.Layer)];
        double[][] values = [.. layers.Select((_, layer) => Array.ConvertAll(shown, sample => layer < sample.Layers.Count ? Math.Log10(sample.Layers[layer].Norm) : double.NaN))];
        string[] steps = Array.ConvertAll(shown, sample => sample.Step.ToString(CultureInfo.InvariantCulture));
        return new HeatMap("Gradient norms, from the first layer (top) to the last, over the steps", "step", "layer", "log10 of the norm", steps, layers, values).ToHtml();
    }

    private static Html Lines(IReadOnlyList<GradientSample> samples)
    {
        var first = samples[0].Layers;
        int[] layers = [.. new[] { 0, 1, first.Count - 2, first.Count - 1 }.Where(i => i >= 0 && i < first.Count).Distinct()];
        return new Chart(
            "Gradient norms of the first and last layers", "step", "norm",
            [.. layers.Select(i => new Line(first[i].Layer, [.. samples.Where(s => i < s.Layers.Count).Select(s => ((double)s.Step, s.Layers[i].Norm))]))])
        { IsLogarithmic = true }.ToHtml();
    }

    private static Html ToTable(IReadOnlyList<GradientSample> samples)
    {
        var (first, last) = (samples[0], samples[^1]);
        var table = new Table("layer", $">norm at step {first.Step}", $">norm at step {last.Step}", ">zeros or denormals at the end");
        foreach (var (start, end) in first.Layers.Zip(last.Layers))
        {
            table.Add(start.Layer, Drawing.Number(start.Norm), Drawing.Number(end.Norm), HtmlParts.Percent(end.ZeroShare));
        }

        return table.ToHtml("Gradient norms at the first and the last sample");
    }
}
