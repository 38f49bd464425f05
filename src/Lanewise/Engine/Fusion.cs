using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Turns a network's nodes into units of work: batch norm that only evaluates is folded into the convolution before it, ReLU and
/// a residual's sum end the unit before them, ReLU and max pooling become one (they commute) and, where there is no gradient, end the
/// convolution before them, branches write into their slice of the concatenation. Inference leaves out what leads to no output.
/// </summary>
internal sealed class Fusion
{
    private readonly Network _network;
    private readonly Node[] _nodes;
    private readonly PlanOptions _options;
    private readonly int[] _consumers;
    private readonly Value[] _values;
    private readonly Unit?[] _makers;
    private readonly bool[] _deferredReLU;
    private readonly int _channelLanes;

    private Fusion(Network network, PlanOptions options, int channelLanes)
    {
        _network = network;
        _options = options;
        _channelLanes = channelLanes;
        _consumers = new int[network.Nodes.Count];
        _values = new Value[network.Nodes.Count];
        _makers = new Unit?[network.Nodes.Count];
        _deferredReLU = new bool[network.Nodes.Count];
        Auxiliary = options.Training ? network.AuxiliaryOutputs : [];
        Node[] outputs = [.. Auxiliary.Select(a => a.Node).Prepend(network.Output)];
        var needed = GraphWalk.Ancestors(outputs);
        // Training keeps what no output needs: its parameters are part of the network, and have no gradient.
        _nodes = [.. network.Nodes.Where(n => n.Index == 0 || options.Training || needed.Contains(n))];
        // An output counts as read once more.
        foreach (var read in _nodes.SelectMany(n => n.Inputs).Concat(outputs))
        {
            _consumers[read.Index]++;
        }

        Array.ForEach(_nodes, Place);
        Input.Differentiable = options.InputGradient;
        foreach (var unit in Units)
        {
            unit.Output.Differentiable = needed.Contains(unit.Node) && (unit.IsTrainable || unit.Reads.Any(v => v.Differentiable));
        }

        FindSiblings(needed);
    }

    public List<Unit> Units { get; } = [];

    /// <summary>The auxiliary outputs that training takes a loss of.</summary>
    public IReadOnlyList<AuxiliaryOutput> Auxiliary { get; }

    public Value Input => _values[0];

    public Value Output => _values[_network.Output.Index];

    /// <summary>The output and the auxiliary ones.</summary>
    public IEnumerable<Value> Outputs => Auxiliary.Select(a => _values[a.Node.Index]).Prepend(Output);

    /// <summary>Whether batch norm makes each image's output depend on the whole batch.</summary>
    public bool CouplesImages => Units.Any(u => u is { Node.Op: BatchNorm2d, IsTrainable: true });

    /// <summary>Bytes of activations that one image's units read and write.</summary>
    private long ActivationTraffic => Units.Sum(u => u.Reads.Append(u.Output).Sum(v => (long)v.Shape.Count)) * sizeof(float);

    /// <summary>Whether the network can run with channels in the lanes.</summary>
    public bool TakesChannelLanes => Units.Count > 0 && Units.All(u => u.Lowering.TakesChannelLanes(u))
        && _nodes.All(n => n.Op is not Flatten || n.Inputs[0].Shape.Pixels == 1 || IsReadByLinear(n));

    /// <summary>Whether a block of images is so large that its activations come from memory.</summary>
    public bool IsLarge(int blockImages)
    {
        // In all that is read and written; below this the caches keep it.
        const long Cached = 64L << 20;
        return ActivationTraffic * blockImages > Cached;
    }

    /// <summary>
    /// Whether a block of images is large, and 1×1 convolutions, which read much for what they compute, are a good part of the
    /// network: then one image at a time, whose activations stay in the cache while the weights pass by, is the faster way to infer.
    /// </summary>
    public bool IsLargeAndPointwise(int blockImages)
    {
        // Between GoogLeNet (0.3, no) and ResNet-50 (0.5, yes), as measured.
        const double Share = 0.4;
        long pointwise = _nodes.Where(n => n.Op is Conv2d { KernelSize: { Height: 1, Width: 1 } }).Sum(n => n.Macs);
        return IsLarge(blockImages) && pointwise > Share * _nodes.Sum(n => n.Macs);
    }

    /// <summary>Fuses a network's nodes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The plan's options.</param>
    /// <param name="channelLanes">Channels in a vector where lanes are channels; 0 where they are images.</param>
    public static Fusion Of(Network network, PlanOptions options, int channelLanes) => new(network, options, channelLanes);

    private void Place(Node node)
    {
        switch (node.Op)
        {
            case Graphs.Input: _values[node.Index] = new Value(node.Shape, place: -1, LanesOf(node)); break;
            case ReLU: PlaceReLU(node); break;
            case Add when FoldAdd(node): break;
            case BatchNorm2d when FoldNorm(node): break;
            case MaxPool2d when FoldPool(node): break;
            case Dropout when !_options.Training: Pass(node); break;
            case Concat: PlaceConcat(node); break;
            case Flatten when _channelLanes > 0: Alias(node, node.Inputs[0]); break;
            default: AddUnit(node); break;
        }
    }

    private Unit AddUnit(Node node)
    {
        var unit = new Unit(node, [.. node.Inputs.Select(n => _values[n.Index])], new Value(node.Shape, Units.Count, LanesOf(node)))
        {
            Place = Units.Count,
            IsTrainable = IsTrainable(node),
            ReLU = node.Inputs.Any(n => _deferredReLU[n.Index]),
        };
        unit.Output.ReLU = unit.ReLU && node.Op is not MaxPool2d;
        Units.Add(unit);
        _values[node.Index] = unit.Output;
        _makers[node.Index] = unit;
        return unit;
    }

    private ChannelLanes? LanesOf(Node node) => _channelLanes == 0 ? null : node.Op switch
    {
        Graphs.Input or Conv2d or Linear => ChannelLanes.Of(node.Shape.Channels, _channelLanes),
        Concat => ChannelLanes.Concat(node.Inputs.Select(n => _values[n.Index].Lanes!)),
        _ => _values[node.Inputs[0].Index].Lanes,
    };

    /// <summary>Whether what reads a flattened image can read the image itself.</summary>
    private bool IsReadByLinear(Node flatten) => _network.Output != flatten && _nodes.Where(n => n.Inputs.Contains(flatten)).All(n => n.Op is Linear || (n.Op is Dropout && IsReadByLinear(n)));

    private bool IsTrainable(Node node) =>
        _options.Training && node.Parameters.Any(p => !p.IsBuffer && _options.IsTrainable?.Invoke(p.Name) != false);

    private void PlaceReLU(Node node)
    {
        var input = node.Inputs[0];
        bool onlyForPool = _consumers[node.Index] == 1
            && _nodes.Any(n => n.Op is MaxPool2d && n.Inputs[0] == node);
        if (onlyForPool)
        {
            Pass(node);
            _deferredReLU[node.Index] = true;
        }
        else if (_consumers[input.Index] == 1 && _makers[input.Index] is { ReLU: false } maker && Takes(maker.Node.Op))
        {
            maker.ReLU = true;
            // Max pooling keeps no gradient where its maximum is not positive, so nothing is left to mask.
            maker.Output.ReLU = maker.Node.Op is not MaxPool2d;
            Alias(node, input);
        }
        else
        {
            AddUnit(node).Output.ReLU = true;
        }

        static bool Takes(Op op) => op is Conv2d or Linear or BatchNorm2d or Graphs.Add or MaxPool2d;
    }

    /// <summary>Folds batch norm that only evaluates into a convolution with no other reader.</summary>
    private bool FoldNorm(Node node)
    {
        var input = node.Inputs[0];
        bool folds = _consumers[input.Index] == 1 && !IsTrainable(node)
            && _makers[input.Index] is { Node.Op: Conv2d, IsTrainable: false, ReLU: false, Shortcut: null, Norm: null, Pool: null };
        if (folds)
        {
            _makers[input.Index]!.Norm = node;
            Alias(node, input);
        }

        return folds;
    }

    /// <summary>Folds a sum into the later of its two inputs if that is a convolution or batch norm with no other reader.</summary>
    private bool FoldAdd(Node node)
    {
        var (a, b) = (node.Inputs[0], node.Inputs[1]);
        foreach (var (last, other) in new[] { (a, b), (b, a) })
        {
            bool folds = a != b && _consumers[last.Index] == 1 && !_deferredReLU[other.Index] && !_deferredReLU[last.Index]
                && _makers[last.Index] is { Node.Op: Conv2d or BatchNorm2d, ReLU: false, Shortcut: null, Pool: null } unit
                && _values[other.Index].Place < unit.Place;
            if (folds)
            {
                _makers[last.Index]!.Shortcut = _values[other.Index];
                Alias(node, last);
                return true;
            }
        }

        return false;
    }

    /// <summary>Folds max pooling into a convolution with no other reader, which writes its result only where something is differentiated.</summary>
    private bool FoldPool(Node node)
    {
        var input = node.Inputs[0];
        bool folds = !_options.Differentiates && _consumers[input.Index] == 1
            && _makers[input.Index] is { Node.Op: Conv2d, Pool: null } unit && Conv2dLowering.CanPool(unit, (MaxPool2d)node.Op, _options.KernelAlgorithm);
        if (folds)
        {
            var maker = _makers[input.Index]!;
            maker.TakePool(node, new Value(node.Shape, maker.Place, LanesOf(node)));
            maker.ReLU |= _deferredReLU[input.Index];
            (_values[node.Index], _makers[node.Index]) = (maker.Output, maker);
        }

        return folds;
    }

    /// <summary>A node that changes nothing, or not yet; what else reads its input must not see what is folded behind it.</summary>
    private void Pass(Node node)
    {
        Alias(node, node.Inputs[0]);
        if (_consumers[node.Inputs[0].Index] > 1)
        {
            _makers[node.Index] = null;
        }
    }

    private void PlaceConcat(Node node)
    {
        var unit = AddUnit(node);
        int plane = 0;
        foreach (var input in node.Inputs)
        {
            var value = _values[input.Index];
            if (_consumers[input.Index] == 1 && _makers[input.Index] is { Node.Op: not Concat } && !value.IsSlice)
            {
                value.BecomeSlice(unit.Output, plane);
            }

            plane += value.PlaneCount;
        }

        // Where every branch ends in ReLU the whole can be masked at once.
        if (unit.Inputs.All(v => v is { IsSlice: true, ReLU: true }))
        {
            unit.Output.ReLU = true;
            Array.ForEach(unit.Inputs, v => v.ReLU = false);
        }
    }

    /// <summary>1×1 convolutions of one value, alike but for their outputs, are siblings unless one adds what is made after the first.</summary>
    private void FindSiblings(HashSet<Node> needed)
    {
        var kinds = Units.Where(u => needed.Contains(u.Node) && u.Node.Op is Conv2d { KernelSize: { Height: 1, Width: 1 }, Groups: 1 })
            .GroupBy(u => (u.Inputs[0], (Conv2d)u.Node.Op with { OutChannels = 1, Bias = false, Initial = null }));
        foreach (var kind in kinds)
        {
            Unit[] siblings = [.. kind.Where(u => u.Shortcut is null || u.Shortcut.Place < kind.First().Place)];
            Array.ForEach(siblings, u => u.Siblings = siblings);
        }
    }

    private void Alias(Node node, Node input)
    {
        _values[node.Index] = _values[input.Index];
        _makers[node.Index] = _makers[input.Index];
    }
}
