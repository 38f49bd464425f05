using Lanewise.Analysis;
using Lanewise.Graphs;

namespace Lanewise.Reports;

/// <summary>What each layer of a network costs.</summary>
internal static class CostTable
{
    private const int MostShown = 40;

    public static Html ToHtml(Network network)
    {
        var cost = NetworkCost.Of(network);
        LayerCost[] layers = [.. cost.Layers.Where(l => l.MultiplyAdds > 0 || l.Parameters > 0)];
        var table = new Table("layer", "kind", ">output", ">kernel", ">parameters", ">multiply-adds", "share");
        foreach (var layer in layers)
        {
            table.Add(
                Html.Of($"{layer.Name}"),
                Html.Of($"{layer.Op?.Name}"),
                Html.Of($"{layer.Output}"),
                Html.Of($"{(layer.Op is Conv2d conv ? $"{conv.KernelHeight}×{conv.KernelWidth}" : "")}"),
                Html.Of($"{Figures.Count(layer.Parameters)}"),
                Html.Of($"{Figures.Count(layer.MultiplyAdds)}"),
                Figures.Meter(cost.ShareOf(layer)));
        }

        table.Add("all", "", network.Output.Shape.ToString(), "", Figures.Count(cost.Total.Parameters), Figures.Count(cost.Total.MultiplyAdds), "");
        var html = table.ToHtml("Parameters and multiply-adds for one image");
        return Html.Of(
            $"<p>Multiply-adds are those of convolutions and linear layers for one {network.Input} image, bias not counted. Layers without parameters are left out.</p>{(layers.Length <= MostShown ? html : Figures.Details($"All {layers.Length} layers with parameters", html))}");
    }
}
