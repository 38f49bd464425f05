using System.Collections.Immutable;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The intermediate form of a network, between its graph and the kernel calls: what is computed, in which order, on which values.
/// Immutable; each pass (<see cref="Passes"/>) makes another one of it.
/// </summary>
internal sealed record Form
{
    private Form(Network network, PlanOptions options)
    {
        (Network, Options) = (network, options);
        Node[] outputs = [network.Output, .. options.Training ? network.AuxiliaryOutputs.Select(a => a.Node) : []];
        Needed = GraphWalk.Ancestors(outputs);
        Value[] values = [.. network.Nodes.Select(node => new Value(node.Path, node.Shape))];
        Input = values[0];
        Outputs = [.. outputs.Select(node => values[node.Index])];
        Units = [.. network.Nodes.Skip(1).Select(node =>
            new Unit(node, [.. node.Inputs.Select(input => values[input.Index])], values[node.Index], IsTrainable(node, options)))];
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The options of the plan.</summary>
    public PlanOptions Options { get; }

    /// <summary>The nodes that an output depends on.</summary>
    public IReadOnlySet<Node> Needed { get; }

    /// <summary>The input.</summary>
    public Value Input { get; }

    /// <summary>The output, followed by the auxiliary outputs whose loss is added in training.</summary>
    public ImmutableArray<Value> Outputs { get; init; }

    /// <summary>The nodes of the forward pass, in order of execution.</summary>
    public ImmutableArray<Unit> Units { get; init; }

    /// <summary>The nodes of the backward pass, in order of execution.</summary>
    public ImmutableArray<GradientNode> Gradients { get; init; } = [];

    /// <summary>The gradient of each value that has one.</summary>
    public ImmutableDictionary<Value, Value> GradientOf { get; init; } = ImmutableDictionary<Value, Value>.Empty;

    /// <summary>The values that are part of another one.</summary>
    public ImmutableDictionary<Value, Slice> Slices { get; init; } = ImmutableDictionary<Value, Slice>.Empty;

    /// <summary>The channels of each value's vectors in the channel-interleaved layout; empty in the batch-interleaved one.</summary>
    public ImmutableDictionary<Value, ChannelLanes> Lanes { get; init; } = ImmutableDictionary<Value, ChannelLanes>.Empty;

    /// <summary>Whether lanes hold channels of one image.</summary>
    public bool IsChannelInterleaved => !Lanes.IsEmpty;

    /// <summary>All units, those that are computed together one by one, in the order of the network.</summary>
    public IEnumerable<Unit> AllUnits => Units.SelectMany(unit => unit.All).OrderBy(unit => unit.Node.Index);

    /// <summary>Whether the output of an image depends on the whole batch, because batch norm is trained.</summary>
    public bool CouplesImages => AllUnits.Any(unit => unit is { Node.Op: BatchNorm2d, IsTrainable: true });

    /// <summary>Describes a network as it was defined: one unit for each node but the input.</summary>
    public static Form Of(Network network, PlanOptions options) => new(network, options);

    /// <summary>The number of planes of vectors of a value: one for each channel in the batch-interleaved layout.</summary>
    public int PlaneCount(Value value) => Lanes.TryGetValue(value, out var lanes) ? lanes.Vectors : value.Shape.Channels;

    /// <summary>Counts how often each value is read; an output is read once more.</summary>
    public IReadOnlyDictionary<Value, int> CountReads() =>
        Units.SelectMany(unit => unit.Reads).Concat(Outputs).CountBy(value => value).ToDictionary();

    /// <summary>Returns the form without some units, whose readers read another value instead of their output.</summary>
    /// <param name="others">By output of a unit that is left out, the value that is read instead.</param>
    public Form Bypass(IReadOnlyDictionary<Value, Value> others)
    {
        return this with
        {
            Units = [.. Units.Where(unit => !others.ContainsKey(unit.Output))
                .Select(unit => unit with { Inputs = [.. unit.Inputs.Select(Find)] })],
            Outputs = [.. Outputs.Select(Find)],
        };

        Value Find(Value value) => others.TryGetValue(value, out var other) ? Find(other) : value;
    }

    private static bool IsTrainable(Node node, PlanOptions options) =>
        options.Training && node.Parameters.Any(p => !p.IsBuffer && options.IsTrainable?.Invoke(p.Name) != false);
}
