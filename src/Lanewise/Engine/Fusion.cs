using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>
/// Turns a network's nodes into units of work: ReLU and a residual's sum end the convolution before them, ReLU and max
/// pooling become one (they commute), branches write into their slice of the concatenation.
/// </summary>
internal sealed class Fusion
{
    private readonly Network _network;
    private readonly int[] _consumers;
    private readonly Value[] _values;
    private readonly Unit?[] _makers;
    private readonly bool[] _deferredReLU;

    private Fusion(Network network)
    {
        _network = network;
        _consumers = new int[network.Nodes.Count];
        _values = new Value[network.Nodes.Count];
        _makers = new Unit?[network.Nodes.Count];
        _deferredReLU = new bool[network.Nodes.Count];
        foreach (var input in network.Nodes.SelectMany(n => n.Inputs))
        {
            _consumers[input.Index]++;
        }

        _consumers[network.Output.Index]++;
        foreach (var node in network.Nodes)
        {
            Place(node);
        }
    }

    public List<Unit> Units { get; } = [];

    public Value Input => _values[0];

    public Value Output => _values[_network.Output.Index];

    public static Fusion Of(Network network) => new(network);

    private void Place(Node node)
    {
        switch (node.Op)
        {
            case Graphs.Input: _values[node.Index] = new Value(node.Shape); break;
            case ReLU: PlaceReLU(node); break;
            case Add when FoldAdd(node): break;
            case Concat: PlaceConcat(node); break;
            default: AddUnit(node); break;
        }
    }

    private Unit AddUnit(Node node)
    {
        var unit = new Unit(node, [.. node.Inputs.Select(n => _values[n.Index])], new Value(node.Shape))
        {
            Place = Units.Count,
            ReLU = node.Inputs.Any(n => _deferredReLU[n.Index]),
        };
        unit.Output.ReLU = unit.ReLU && node.Op is not MaxPool2d;
        Units.Add(unit);
        _values[node.Index] = unit.Output;
        _makers[node.Index] = unit;
        return unit;
    }

    private void PlaceReLU(Node node)
    {
        var input = node.Inputs[0];
        bool onlyForPool = _consumers[node.Index] == 1
            && _network.Nodes.Any(n => n.Op is MaxPool2d && n.Inputs[0] == node);
        if (onlyForPool)
        {
            Alias(node, input);
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

        static bool Takes(Op op) => op is Conv2d or Linear or Graphs.Add or MaxPool2d;
    }

    /// <summary>Folds a sum into the later of its two inputs if that is a convolution with no other reader.</summary>
    private bool FoldAdd(Node node)
    {
        var (a, b) = (node.Inputs[0], node.Inputs[1]);
        foreach (var (conv, other) in new[] { (a, b), (b, a) })
        {
            bool folds = a != b && _consumers[conv.Index] == 1 && !_deferredReLU[other.Index]
                && _makers[conv.Index] is { Node.Op: Conv2d, ReLU: false, Shortcut: null } unit
                && (_makers[other.Index]?.Place ?? -1) < unit.Place;
            if (folds)
            {
                _makers[conv.Index]!.Shortcut = _values[other.Index];
                Alias(node, conv);
                return true;
            }
        }

        return false;
    }

    private void PlaceConcat(Node node)
    {
        var unit = AddUnit(node);
        int channel = 0;
        foreach (var input in node.Inputs)
        {
            var value = _values[input.Index];
            if (_consumers[input.Index] == 1 && _makers[input.Index] is { Node.Op: not Concat } && !value.IsSlice)
            {
                value.BecomeSlice(unit.Output, channel);
            }

            channel += input.Shape.Channels;
        }
    }

    private void Alias(Node node, Node input)
    {
        _values[node.Index] = _values[input.Index];
        _makers[node.Index] = _makers[input.Index];
    }
}
