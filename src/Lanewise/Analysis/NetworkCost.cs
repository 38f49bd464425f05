namespace Lanewise.Analysis;

/// <summary>The cost of a layer, or a module of layers, for one image.</summary>
/// <param name="Name">The path of the layer or module.</param>
/// <param name="Nodes">The layer, or all layers of the module, in order.</param>
/// <param name="Output">(C, H, W) of the output of the last layer.</param>
public sealed record LayerCost(string Name, IReadOnlyList<Node> Nodes, Shape Output)
{
    /// <summary>The op of the layer; null for a module of several.</summary>
    public Op? Op => Nodes is [var node] ? node.Op : null;

    /// <summary>The number of trainable values.</summary>
    public long Parameters { get; } = Nodes.SelectMany(n => n.Parameters).Where(p => !p.IsBuffer).Sum(p => (long)p.Count);

    /// <summary>The number of values that are stored with the weights but not trained: batch norm's running statistics.</summary>
    public long Buffers { get; } = Nodes.SelectMany(n => n.Parameters).Where(p => p.IsBuffer).Sum(p => (long)p.Count);

    /// <summary>The MACs of convolutions and linear layers, bias not counted.</summary>
    public long Macs { get; } = Nodes.Sum(n => n.Macs);

    /// <summary>
    /// The bytes of all layers' outputs as 32-bit floats: the memory of an engine that keeps each for the backward pass. Lanewise needs
    /// less, since ReLU works in place and outputs that are never live at the same time share memory.
    /// </summary>
    public long ActivationBytes { get; } = Nodes.Sum(n => (long)n.Shape.Count) * sizeof(float);
}

/// <summary>The cost of a network for one image, by layer or module.</summary>
public sealed class NetworkCost
{
    private NetworkCost(Network network, IEnumerable<LayerCost> layers)
    {
        Network = network;
        Layers = [.. layers];
        Total = new LayerCost(network.Name, [.. Layers.SelectMany(l => l.Nodes)], network.Output.Shape);
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The layers or modules in order, without the input.</summary>
    public IReadOnlyList<LayerCost> Layers { get; }

    /// <summary>The cost of the whole network.</summary>
    public LayerCost Total { get; }

    /// <summary>Counts a network, including auxiliary classifiers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="depth">The number of path parts to group layers by: 1 for the outermost modules; null for every layer.</param>
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
    /// Counts the floating-point operations of a step for one image in direct arithmetic: two per MAC of convolutions and linear layers,
    /// zero padding included, bias not. Inference: the forward pass, without auxiliary classifiers. Training: the forward pass, the
    /// gradient of the weights, and the gradient of the input except for the first layer.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="training">Whether to count the training step instead of inference.</param>
    public static long StepFlops(Network network, bool training)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!training)
        {
            return 2 * (network.AuxiliaryOutputs.Count == 0 ? network : network.UpTo(network.Output)).Macs;
        }

        long macs = 0;
        bool[] trained = new bool[network.Nodes.Count];
        foreach (var node in network.Nodes)
        {
            bool needsInputGradient = node.Inputs.Any(input => trained[input.Index]);
            trained[node.Index] = needsInputGradient || node.Parameters.Any(p => !p.IsBuffer);
            macs += node.Macs * (needsInputGradient ? 3 : 2);
        }

        return 2 * macs;
    }

    /// <summary>Returns a layer's share of all MACs, 0 to 1; 0 if there are none.</summary>
    public double ShareOf(LayerCost layer) => Total.Macs == 0 ? 0 : (double)layer.Macs / Total.Macs;

    private static string Module(string path, int? depth) => depth is { } parts ? string.Join('.', path.Split('.').Take(parts)) : path;
}
