using Lanewise.Graphs;

namespace Lanewise.Analysis;

/// <summary>What a layer costs, or a module of layers, for one image.</summary>
/// <param name="Name">The layer's path, or as much of it as names the module.</param>
/// <param name="Nodes">The layer, or all layers of the module, in the network's order.</param>
/// <param name="Output">C×H×W of what the last of them makes.</param>
public sealed record LayerCost(string Name, IReadOnlyList<Node> Nodes, Shape Output)
{
    /// <summary>What the layer computes; null for a module of several.</summary>
    public Op? Op => Nodes is [var node] ? node.Op : null;

    /// <summary>Trainable values.</summary>
    public long Parameters { get; } = Nodes.SelectMany(n => n.Parameters).Where(p => !p.IsBuffer).Sum(p => (long)p.Count);

    /// <summary>Values that are kept with the weights but not trained: batch norm's running statistics.</summary>
    public long Buffers { get; } = Nodes.SelectMany(n => n.Parameters).Where(p => p.IsBuffer).Sum(p => (long)p.Count);

    /// <summary>MACs of convolutions and linear layers, bias not counted.</summary>
    public long Macs { get; } = Nodes.Sum(n => n.Macs);

    /// <summary>
    /// Bytes of all layers' outputs as 32-bit floats: what an engine holds that keeps each for the backward pass. Lanewise's needs
    /// less, since ReLU works in place and outputs that are never in use at once share memory.
    /// </summary>
    public long ActivationBytes { get; } = Nodes.Sum(n => (long)n.Shape.Count) * sizeof(float);
}

/// <summary>What a network costs for one image, layer by layer or module by module.</summary>
public sealed class NetworkCost
{
    private NetworkCost(Network network, IEnumerable<LayerCost> layers)
    {
        Network = network;
        Layers = [.. layers];
        Total = new LayerCost(network.Name, [.. Layers.SelectMany(l => l.Nodes)], network.Output.Shape);
    }

    /// <summary>What was counted.</summary>
    public Network Network { get; }

    /// <summary>The layers or modules in the network's order; the input is none.</summary>
    public IReadOnlyList<LayerCost> Layers { get; }

    /// <summary>All of them together.</summary>
    public LayerCost Total { get; }

    /// <summary>Counts a network, auxiliary classifiers included where it has them.</summary>
    /// <param name="network">The network.</param>
    /// <param name="depth">How many parts of a layer's path to tell apart: 1 for the outermost modules; null for every layer.</param>
    public static NetworkCost Of(Network network, int? depth = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (depth is { } parts)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parts, nameof(depth));
        }

        var modules = network.Nodes.Skip(1).GroupBy(n => Module(n.Path, depth), StringComparer.Ordinal);
        return new(network, modules.Select(m => new LayerCost(m.Key, [.. m], m.Last().Shape)));
    }

    /// <summary>
    /// Floating-point operations of a step for one image by direct arithmetic, two for each multiply-add of convolutions and linear
    /// layers, those with a padding's zeros included, bias not. Inference: the forward pass, without auxiliary classifiers. Training: forward, gradient to the
    /// weights and gradient to the input, the last only where something behind it is trained: not for the first layer.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="training">Whether the training step is counted, instead of inference.</param>
    public static long StepFlops(Network network, bool training)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!training)
        {
            return 2 * (network.AuxiliaryOutputs.Count == 0 ? network : network.UpTo(network.Output)).Macs;
        }

        long products = 0;
        bool[] trained = new bool[network.Nodes.Count];
        foreach (var node in network.Nodes)
        {
            bool passesOn = node.Inputs.Any(input => trained[input.Index]);
            trained[node.Index] = passesOn || node.Parameters.Any(p => !p.IsBuffer);
            products += node.Macs * (passesOn ? 3 : 2);
        }

        return 2 * products;
    }

    /// <summary>A layer's share of all MACs, 0 to 1; 0 where there are none at all.</summary>
    public double ShareOf(LayerCost layer) => Total.Macs == 0 ? 0 : (double)layer.Macs / Total.Macs;

    private static string Module(string path, int? depth) => depth is { } parts ? string.Join('.', path.Split('.').Take(parts)) : path;
}
