using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>Renders the cost of each layer of a network.</summary>
internal static class CostTable
{
    private const int MaxShown = 40;

    public static Html ToHtml(Network network)
    {
        var cost = NetworkCost.Of(network);
        LayerCost[] layers = [.. cost.Layers.Where(l => l.Macs > 0 || l.Parameters > 0)];
        var table = new Table("layer", "op", ">output", ">kernel", ">parameters", ">MACs", "share");
        foreach (var layer in layers)
        {
            table.Add(
                Html.Of($"{layer.Name}"),
                Html.Of($"{layer.Op?.Name}"),
                Html.Of($"{layer.Output}"),
                Html.Of($"{(layer.Op is Conv2d { KernelSize: var size } ? $"{size.Height}×{size.Width}" : "")}"),
                Html.Of($"{HtmlElements.Count(layer.Parameters)}"),
                Html.Of($"{HtmlElements.Count(layer.Macs)}"),
                HtmlElements.Meter(cost.ShareOf(layer)));
        }

        var total = cost.Total;
        string output = network.Output.Shape.ToString();
        table.Add("total", "", output, "", HtmlElements.Count(total.Parameters), HtmlElements.Count(total.Macs), "");
        var html = table.ToHtml("Parameters and MACs per image");
        return Html.Join(
            Html.Of($"<p>MACs: multiply-accumulates of convolutions and linear layers for one {network.Input} image, "),
            Html.Of($"bias not counted. Layers without parameters are omitted.</p>\n"),
            layers.Length <= MaxShown ? html : HtmlElements.Details($"All {layers.Length} layers with parameters", html));
    }
}
