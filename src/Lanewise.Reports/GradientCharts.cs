using System.Globalization;
using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>Renders gradient norms by layer and step: a heat map, the first and last layers as lines, and a table.</summary>
internal static class GradientCharts
{
    private const int MaxColumns = 100;

    public static Html ToHtml(IReadOnlyList<GradientSample> samples)
    {
        if (samples.Count == 0)
        {
            return Html.Join(
                Html.Of($"<p>There are no gradient norms: the run folder has no gradients.csv, "),
                Html.Of($"because an earlier version made it or no step was completed.</p>"));
        }

        return Html.Join(
            Html.Of($"<p>Euclidean norms of the gradient of the mean loss of a batch with respect to each layer's weights.</p>"),
            Map(samples),
            Lines(samples),
            HtmlElements.Details("Data by layer", ToTable(samples)));
    }

    private static Html Map(IReadOnlyList<GradientSample> samples)
    {
        int every = (samples.Count + MaxColumns - 1) / MaxColumns;
        GradientSample[] shown = [.. samples.Where((_, i) => i % every == 0)];
        string[] layers = [.. samples[0].Layers.Select(l => l.Layer)];
        double[][] values = [.. layers.Select((_, layer) => Array.ConvertAll(shown, sample => LogNorm(sample, layer)))];
        string[] steps = Array.ConvertAll(shown, sample => sample.Step.ToString(CultureInfo.InvariantCulture));
        const string Title = "Gradient norm by step and layer, first layer at the top";
        return new HeatMap(Title, "step", "layer", "log10 of the norm", steps, layers, values).ToHtml();

        static double LogNorm(GradientSample sample, int layer) =>
            layer < sample.Layers.Count ? Math.Log10(sample.Layers[layer].Norm) : double.NaN;
    }

    private static Html Lines(IReadOnlyList<GradientSample> samples)
    {
        var layers = samples[0].Layers;
        int[] shown = [.. new[] { 0, 1, layers.Count - 2, layers.Count - 1 }.Where(i => i >= 0 && i < layers.Count).Distinct()];
        Line[] lines = Array.ConvertAll(shown, Line);
        return new Chart("Gradient norm of the first and last layers", "step", "norm", lines) { IsLogarithmic = true }.ToHtml();

        Line Line(int i) => new(
            layers[i].Layer,
            [.. samples.Where(s => i < s.Layers.Count).Select(s => ((double)s.Step, s.Layers[i].Norm))]);
    }

    private static Html ToTable(IReadOnlyList<GradientSample> samples)
    {
        var (first, last) = (samples[0], samples[^1]);
        var table = new Table(
            "layer", $">norm at step {first.Step}", $">norm at step {last.Step}", $">zero or denormal at step {last.Step}");
        foreach (var (start, end) in first.Layers.Zip(last.Layers))
        {
            table.Add(start.Layer, Plot.Number(start.Norm), Plot.Number(end.Norm), HtmlElements.Percent(end.ZeroShare));
        }

        return table.ToHtml("Gradient norms at the first and the last sample");
    }
}
