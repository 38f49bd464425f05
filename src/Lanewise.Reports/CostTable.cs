using Lanewise.Analysis;
using Lanewise.Graphs;

namespace Lanewise.Reports;

/// <summary>What each layer of a network costs.</summary>
internal static class CostTable
{
    private const int MaxShown = 40;

    public static Html ToHtml(Network network)
    {
        var cost = NetworkCost.Of(network);
        LayerCost[] layers = [.. cost.Layers.Where(l => l.Macs > 0 || l.Parameters > 0)];
        var table = new Table("layer", "kind", ">output", ">kernel", ">parameters", ">MACs", "share");
        foreach (var layer in layers)
        {
            table.Add(
                Html.Of($"{layer.Name}"),
                Html.Of($"{layer.Op?.Name}"),
                Html.Of($"{layer.Output}"),
                Html.Of($"{(layer.Op is Conv2d { KernelSize: var size } ? $"{size.Height}×{size.Width}" : "")}"),
                Html.Of($"{HtmlParts.Count(layer.Parameters)}"),
                Html.Of($"{HtmlParts.Count(layer.Macs)}"),
                HtmlParts.Meter(cost.ShareOf(layer)));
        }

        table.Add("all", "", network.Output.Shape.ToString(), "", HtmlParts.Count(cost.Total.Parameters), HtmlParts.Count(cost.Total.Macs), "");
        var html = table.ToHtml("Parameters and MACs for one image");
        return Html.Of(
            $"<p>MACs are those of convolutions and linear layers for one {network.Input} image, bias not counted. Layers without parameters are left out.</p>{(layers.Length <= MaxShown ? html : HtmlParts.Details($"All {layers.Length} layers with parameters", html))}");
    }
}
