using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Turns the nodes of a network into units of work. Batch norm in evaluation mode is folded into the weights of the preceding
/// convolution; ReLU and the residual sum are fused into the preceding unit; ReLU and max pooling, which commute, are fused into one
/// unit and, without a backward pass, into the preceding convolution; branches write directly into their slice of the concatenation.
/// Inference omits nodes that no output depends on.
/// </summary>
internal sealed class Fusion
{
    private readonly Network _network;
    private readonly Node[] _nodes;
    private readonly PlanOptions _options;
    private readonly int[] _consumerCounts;
    private readonly Value[] _values;
    private readonly Unit?[] _producers;
    private readonly bool[] _deferredReLU;
    private readonly int _channelLanes;

    private Fusion(Network network, PlanOptions options, int channelLanes)
    {
        _network = network;
        _options = options;
        _channelLanes = channelLanes;
        _consumerCounts = new int[network.Nodes.Count];
        _values = new Value[network.Nodes.Count];
        _producers = new Unit?[network.Nodes.Count];
        _deferredReLU = new bool[network.Nodes.Count];
        Auxiliary = options.Training ? network.AuxiliaryOutputs : [];
        Node[] outputs = [.. Auxiliary.Select(a => a.Node).Prepend(network.Output)];
        var needed = GraphWalk.Ancestors(outputs);
        // Training keeps nodes that no output depends on: their parameters are part of the network, and have no gradient.
        _nodes = [.. network.Nodes.Where(n => n.Index == 0 || options.Training || needed.Contains(n))];
        // An output counts as read by one more consumer.
        foreach (var read in _nodes.SelectMany(n => n.Inputs).Concat(outputs))
        {
            _consumerCounts[read.Index]++;
        }

        Array.ForEach(_nodes, Fuse);
        Input.RequiresGradient = options.InputGradient;
        foreach (var unit in Units)
        {
            unit.Output.RequiresGradient = needed.Contains(unit.Node) && (unit.IsTrainable || unit.AllInputs.Any(v => v.RequiresGradient));
        }

        FindSiblings(needed);
    }

    /// <summary>The network.</summary>
    public Network Network => _network;

    /// <summary>The units, in order of execution.</summary>
    public List<Unit> Units { get; } = [];

    /// <summary>The auxiliary outputs whose loss is added in training; none otherwise.</summary>
    public IReadOnlyList<AuxiliaryOutput> Auxiliary { get; }

    /// <summary>The input.</summary>
    public Value Input => _values[0];

    /// <summary>The output.</summary>
    public Value Output => _values[_network.Output.Index];

    /// <summary>The output, followed by the auxiliary outputs.</summary>
    public IEnumerable<Value> Outputs => Auxiliary.Select(a => _values[a.Node.Index]).Prepend(Output);

    /// <summary>Whether the output of an image depends on the whole batch, because batch norm is trained.</summary>
    public bool CouplesImages => Units.Any(u => u is { Node.Op: BatchNorm2d, IsTrainable: true });

    /// <summary>The bytes of activations that the units read and write for one image.</summary>
    private long ActivationTraffic => Units.Sum(u => u.AllInputs.Append(u.Output).Sum(v => (long)v.Shape.Count)) * sizeof(float);

    /// <summary>Whether the network can run in the channel-interleaved layout.</summary>
    public bool SupportsChannelLanes => Units.Count > 0 && Units.All(u => u.Lowering.SupportsChannelLanes(u))
        && _nodes.All(n => n.Op is not Flatten || n.Inputs[0].Shape.Pixels == 1 || IsReadByLinear(n));

    /// <summary>Whether the activations of a block of images exceed the caches.</summary>
    public bool IsLarge(int blockImages)
    {
        // Bytes read and written in total; up to this the caches hold the activations, as measured.
        const long Cached = 64L << 20;
        return ActivationTraffic * blockImages > Cached;
    }

    /// <summary>
    /// Whether a block of images is large and 1×1 convolutions, which are bound by memory bandwidth, have a large share of the MACs. Then
    /// inference is faster one image at a time: its activations stay in the cache while the weights are streamed.
    /// </summary>
    public bool IsLargeAndPointwise(int blockImages)
    {
        // Measured: between GoogLeNet (0.3, slower) and ResNet-50 (0.5, faster).
        const double Share = 0.4;
        long pointwise = _nodes.Where(n => n.Op is Conv2d { KernelSize: { Height: 1, Width: 1 } }).Sum(n => n.Macs);
        return IsLarge(blockImages) && pointwise > Share * _nodes.Sum(n => n.Macs);
    }

    /// <summary>Fuses the nodes of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options of the plan.</param>
    /// <param name="channelLanes">The channels in a vector in the channel-interleaved layout; 0 for the batch-interleaved layout.</param>
    public static Fusion Of(Network network, PlanOptions options, int channelLanes) => new(network, options, channelLanes);

    private void Fuse(Node node)
    {
        switch (node.Op)
        {
            case Lanewise.Input: _values[node.Index] = new Value(node.Shape, producerIndex: -1, LanesOf(node)); break;
            case ReLU: FuseReLU(node); break;
            case Add when FoldAdd(node): break;
            case BatchNorm2d when FoldNorm(node): break;
            case MaxPool2d when FoldPool(node): break;
            case Dropout when !_options.Training: PassThrough(node); break;
            case Concat: FuseConcat(node); break;
            case Flatten when _channelLanes > 0: Alias(node, node.Inputs[0]); break;
            default: AddUnit(node); break;
        }
    }

    private Unit AddUnit(Node node)
    {
        var unit = new Unit(node, [.. node.Inputs.Select(n => _values[n.Index])], new Value(node.Shape, Units.Count, LanesOf(node)))
        {
            Index = Units.Count,
            IsTrainable = IsTrainable(node),
            ReLU = node.Inputs.Any(n => _deferredReLU[n.Index]),
        };
        unit.Output.ReLU = unit.ReLU && node.Op is not MaxPool2d;
        Units.Add(unit);
        _values[node.Index] = unit.Output;
        _producers[node.Index] = unit;
        return unit;
    }

    private ChannelLanes? LanesOf(Node node) => _channelLanes == 0 ? null : node.Op switch
    {
        Lanewise.Input or Conv2d or Linear => ChannelLanes.Of(node.Shape.Channels, _channelLanes),
        Concat => ChannelLanes.Concat(node.Inputs.Select(n => _values[n.Index].Lanes!)),
        _ => _values[node.Inputs[0].Index].Lanes,
    };

    /// <summary>Whether all consumers of a flatten are linear layers, which can read its input directly.</summary>
    private bool IsReadByLinear(Node flatten) => _network.Output != flatten
        && _nodes.Where(n => n.Inputs.Contains(flatten)).All(n => n.Op is Linear || (n.Op is Dropout && IsReadByLinear(n)));

    private bool IsTrainable(Node node) =>
        _options.Training && node.Parameters.Any(p => !p.IsBuffer && _options.IsTrainable?.Invoke(p.Name) != false);

    private void FuseReLU(Node node)
    {
        var input = node.Inputs[0];
        bool onlyForPool = _consumerCounts[node.Index] == 1
            && _nodes.Any(n => n.Op is MaxPool2d && n.Inputs[0] == node);
        if (onlyForPool)
        {
            PassThrough(node);
            _deferredReLU[node.Index] = true;
        }
        else if (_consumerCounts[input.Index] == 1 && _producers[input.Index] is { ReLU: false } producer && SupportsReLU(producer.Node.Op))
        {
            producer.ReLU = true;
            // Max pooling drops the gradient where its maximum is not positive, so that no mask is needed.
            producer.Output.ReLU = producer.Node.Op is not MaxPool2d;
            Alias(node, input);
        }
        else
        {
            AddUnit(node).Output.ReLU = true;
        }

        static bool SupportsReLU(Op op) => op is Conv2d or Linear or BatchNorm2d or Lanewise.Add or MaxPool2d;
    }

    /// <summary>Folds batch norm in evaluation mode into a convolution without another consumer.</summary>
    private bool FoldNorm(Node node)
    {
        var input = node.Inputs[0];
        bool folds = _consumerCounts[input.Index] == 1 && !IsTrainable(node)
            && _producers[input.Index] is { Node.Op: Conv2d, IsTrainable: false, ReLU: false, Shortcut: null, Norm: null, Pool: null };
        if (folds)
        {
            _producers[input.Index]!.Norm = node;
            Alias(node, input);
        }

        return folds;
    }

    /// <summary>Fuses a sum into the later of its two inputs if that is a convolution or batch norm without another consumer.</summary>
    private bool FoldAdd(Node node)
    {
        var (a, b) = (node.Inputs[0], node.Inputs[1]);
        foreach (var (last, other) in new[] { (a, b), (b, a) })
        {
            bool folds = a != b && _consumerCounts[last.Index] == 1 && !_deferredReLU[other.Index] && !_deferredReLU[last.Index]
                && _producers[last.Index] is { Node.Op: Conv2d or BatchNorm2d, ReLU: false, Shortcut: null, Pool: null } unit
                && _values[other.Index].ProducerIndex < unit.Index;
            if (folds)
            {
                _producers[last.Index]!.Shortcut = _values[other.Index];
                Alias(node, last);
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Fuses max pooling into a convolution without another consumer, in plans without a backward pass, which would read its result.
    /// </summary>
    private bool FoldPool(Node node)
    {
        var input = node.Inputs[0];
        bool folds = !_options.HasBackward && _consumerCounts[input.Index] == 1
            && _producers[input.Index] is { Node.Op: Conv2d, Pool: null } unit
            && Conv2dLowering.CanPool(unit, (MaxPool2d)node.Op, _options.KernelAlgorithm);
        if (folds)
        {
            var producer = _producers[input.Index]!;
            producer.AttachPool(node, new Value(node.Shape, producer.Index, LanesOf(node)));
            producer.ReLU |= _deferredReLU[input.Index];
            (_values[node.Index], _producers[node.Index]) = (producer.Output, producer);
        }

        return folds;
    }

    /// <summary>
    /// Aliases a node that is an identity, or deferred; what is fused after it must not affect other consumers of its input.
    /// </summary>
    private void PassThrough(Node node)
    {
        Alias(node, node.Inputs[0]);
        if (_consumerCounts[node.Inputs[0].Index] > 1)
        {
            _producers[node.Index] = null;
        }
    }

    private void FuseConcat(Node node)
    {
        var unit = AddUnit(node);
        int plane = 0;
        foreach (var input in node.Inputs)
        {
            var value = _values[input.Index];
            if (_consumerCounts[input.Index] == 1 && _producers[input.Index] is { Node.Op: not Concat } && !value.IsSlice)
            {
                value.BecomeSlice(unit.Output, plane);
            }

            plane += value.PlaneCount;
        }

        // If ReLU is the last op of every branch, the whole concatenation can be masked at once.
        if (unit.Inputs.All(v => v is { IsSlice: true, ReLU: true }))
        {
            unit.Output.ReLU = true;
            Array.ForEach(unit.Inputs, v => v.ReLU = false);
        }
    }

    /// <summary>
    /// Groups the 1×1 convolutions of one value that differ in their outputs only, except those whose residual the first precedes.
    /// </summary>
    private void FindSiblings(HashSet<Node> needed)
    {
        var kinds = Units.Where(u => needed.Contains(u.Node) && u.Node.Op is Conv2d { KernelSize: { Height: 1, Width: 1 }, Groups: 1 })
            .GroupBy(u => (u.Inputs[0], (Conv2d)u.Node.Op with { OutChannels = 1, Bias = false, Initial = null }));
        foreach (var kind in kinds)
        {
            Unit[] siblings = [.. kind.Where(u => u.Shortcut is null || u.Shortcut.ProducerIndex < kind.First().Index)];
            Array.ForEach(siblings, u => u.Siblings = siblings);
        }
    }

    private void Alias(Node node, Node input)
    {
        _values[node.Index] = _values[input.Index];
        _producers[node.Index] = _producers[input.Index];
    }
}
