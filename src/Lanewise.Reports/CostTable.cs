using Lanewise.Graphs;

namespace Lanewise.Reports;

/// <summary>What each layer of a network costs.</summary>
internal static class CostTable
{
    private const int MostShown = 40;

    public static Html ToHtml(Network network)
    {
        Node[] layers = [.. network.Nodes.Where(n => n.MultiplyAdds > 0 || n.Parameters.Count > 0)];
        var table = new Table("layer", "kind", ">output", ">kernel", ">parameters", ">multiply-adds", "share");
        foreach (var layer in layers)
        {
            table.Add(
                Html.Of($"{layer.Path}"),
                Html.Of($"{layer.Op.Name}"),
                Html.Of($"{layer.Shape}"),
                Html.Of($"{(layer.Op is Conv2d conv ? $"{conv.KernelHeight}×{conv.KernelWidth}" : "")}"),
                Html.Of($"{Figures.Count(Parameters(layer))}"),
                Html.Of($"{Figures.Count(layer.MultiplyAdds)}"),
                Figures.Meter((double)layer.MultiplyAdds / Math.Max(1, network.MultiplyAdds)));
        }

        table.Add("all", "", network.Output.Shape.ToString(), "", Figures.Count(network.ParameterCount), Figures.Count(network.MultiplyAdds), "");
        var html = table.ToHtml("Parameters and multiply-adds for one image");
        return Html.Of(
            $"<p>Multiply-adds are those of convolutions and linear layers for one {network.Input} image, bias not counted. Layers without parameters are left out.</p>{(layers.Length <= MostShown ? html : Figures.Details($"All {layers.Length} layers with parameters", html))}");
    }

    private static long Parameters(Node layer) => layer.Parameters.Where(p => !p.IsBuffer).Sum(p => (long)p.Count);
}
