namespace Lanewise.Graphs;

/// <summary>
/// A network's description: its nodes in the order in which they run. It is immutable and holds no arrays;
/// <see cref="Weights"/> hold the values, and a plan runs it.
/// </summary>
public sealed class Network
{
    private Network(string name, IReadOnlyList<Node> nodes, Node output, IReadOnlyList<AuxiliaryOutput> auxiliary)
    {
        Name = name;
        Nodes = nodes;
        Output = output;
        AuxiliaryOutputs = auxiliary;
        Parameters = [.. Nodes.SelectMany(n => n.Parameters)];
        ParameterCount = Parameters.Where(p => !p.IsBuffer).Sum(p => p.Count);
        Macs = Nodes.Sum(n => n.Macs);
    }

    /// <summary>The model's name, for example <c>inception</c>.</summary>
    public string Name { get; }

    /// <summary>All nodes; a node's inputs stand before it, the input comes first.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>C×H×W of the image that enters.</summary>
    public Shape Input => Nodes[0].Shape;

    /// <summary>The node whose values are the logits.</summary>
    public Node Output { get; }

    /// <summary>Further rows of logits that training takes a loss of (GoogLeNet's auxiliary classifiers); inference leaves them out.</summary>
    public IReadOnlyList<AuxiliaryOutput> AuxiliaryOutputs { get; }

    /// <summary>The number of values in a flattened output: the classes.</summary>
    public int OutputCount => Output.Shape.Count;

    /// <summary>All parameters and buffers, in the order of the nodes.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>The number of trainable values.</summary>
    public int ParameterCount { get; }

    /// <summary>MACs of convolutions and linear layers for one image, bias not counted.</summary>
    public long Macs { get; }

    /// <summary>Describes a network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="input">C×H×W of the image.</param>
    /// <param name="layers">Adds the layers, from the input to the logits.</param>
    /// <exception cref="LanewiseException">Shapes do not fit, or a name is used twice; the message names the node. Or it is too large to be counted.</exception>
    public static Network Define(string name, Shape input, Func<SymbolicTensor, SymbolicTensor> layers)
    {
        var graph = new GraphBuilder();
        if (input.Channels < 1 || input.Height < 1 || input.Width < 1)
        {
            throw new LanewiseException($"{name}: the input {input} has no pixels; channels, height and width must be at least 1.");
        }

        try
        {
            var output = layers(graph.Add("input", new Input(input)));
            return output.Node.Index > 0
                ? new Network(name, graph.Nodes, output.Node, graph.AuxiliaryOutputs)
                : throw new LanewiseException($"{name}: the network has no layer; add one behind its input.");
        }
        catch (OverflowException e)
        {
            throw new LanewiseException(FormattableString.Invariant($"{name}: with the input {input} it would have more than {int.MaxValue:N0} values in a layer, or as parameters; use a smaller input or fewer channels."), e);
        }
    }

    /// <summary>The node with that path, for example <c>layer4.1.conv2</c>, or the last one of a module, for example <c>layer4.1</c>.</summary>
    /// <exception cref="LanewiseException">There is none; the message names the nearest.</exception>
    public Node Find(string path) => Nodes.FirstOrDefault(n => n.Path == path)
        ?? Nodes.LastOrDefault(n => n.Path.StartsWith(path + ".", StringComparison.Ordinal))
        ?? throw new LanewiseException($"{Name}: there is no layer '{path}'{NearestName.Question(path, Nodes.Select(n => n.Path))}");

    /// <summary>The part from the input to <paramref name="node"/>, whose values are its output.</summary>
    /// <param name="node">One of this network's nodes, not the input.</param>
    /// <exception cref="LanewiseException">The node is another network's, or the input.</exception>
    public Network UpTo(Node node)
    {
        if (node.Index == 0 || !IsOwn(node))
        {
            throw new LanewiseException($"{Name}: {node.Path} is {(node.Index == 0 ? "its input" : "none of its nodes")}; name a layer of it.");
        }

        bool[] needed = new bool[Nodes.Count];
        needed[0] = needed[node.Index] = true;
        foreach (var input in Nodes.Reverse().Where(n => needed[n.Index]).SelectMany(n => n.Inputs))
        {
            needed[input.Index] = true;
        }

        return Rebuild(Nodes.Where(n => needed[n.Index]), node);
    }

    /// <summary>
    /// The part from <paramref name="node"/> to the output; its input is the node's values. Together with <see cref="UpTo"/> it is
    /// the whole network, auxiliary outputs left out.
    /// </summary>
    /// <param name="node">One of <see cref="CutPoints"/>.</param>
    /// <exception cref="LanewiseException">Some way from the input to the output goes past the node; the message names nodes where none does.</exception>
    public Network After(Node node)
    {
        if (!IsOwn(node) || !CutPoints().Contains(node))
        {
            throw new LanewiseException($"{Name}: not everything passes through {node.Path}; choose one of {string.Join(", ", CutPoints().Select(n => n.Path))}.");
        }

        bool[] reaches = new bool[Nodes.Count];
        reaches[Output.Index] = true;
        foreach (var input in Nodes.Reverse().Where(n => reaches[n.Index] && n.Index > node.Index).SelectMany(n => n.Inputs))
        {
            reaches[input.Index] = true;
        }

        return Rebuild(Nodes.Where(n => n.Index >= node.Index && reaches[n.Index]), Output);
    }

    /// <summary>The nodes between input and output through which everything passes, in order: those before and behind a module, but not those inside one that has branches.</summary>
    public IReadOnlyList<Node> CutPoints()
    {
        // Going back from the output, everything passes through the last node that is known to be needed, if it is the only one.
        var cutPoints = new List<Node>();
        var open = new SortedSet<int> { Output.Index };
        while (open.Max > 0)
        {
            var last = Nodes[open.Max];
            if (open.Count == 1 && last != Output)
            {
                cutPoints.Add(last);
            }

            open.Remove(last.Index);
            open.UnionWith(last.Inputs.Select(n => n.Index));
        }

        cutPoints.Reverse();
        return cutPoints;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Input} → {Output.Shape}, {ParameterCount:N0} parameters";

    private bool IsOwn(Node node) => node.Index < Nodes.Count && Nodes[node.Index] == node;

    /// <summary>A network of copies of some nodes, the first of which becomes the input.</summary>
    private Network Rebuild(IEnumerable<Node> nodes, Node output)
    {
        var copies = new Dictionary<Node, Node>();
        foreach (var node in nodes)
        {
            copies[node] = copies.Count == 0
                ? new Node(0, node.Path, new Input(node.Shape), [])
                : new Node(copies.Count, node.Path, node.Op, [.. node.Inputs.Select(n => copies[n])]);
        }

        return new(Name, [.. copies.Values], copies[output], []);
    }
}

/// <summary>An auxiliary classifier's logits.</summary>
/// <param name="Node">The node whose values they are.</param>
/// <param name="Weight">Its loss's weight beside the main one's 1.</param>
public sealed record AuxiliaryOutput(Node Node, float Weight);

/// <summary>A node in the making: what a layer is put behind.</summary>
public sealed class SymbolicTensor
{
    private readonly GraphBuilder _graph;
    private readonly string _scope;

    internal SymbolicTensor(GraphBuilder graph, string scope, Node node)
    {
        _graph = graph;
        _scope = scope;
        Node = node;
    }

    /// <summary>C×H×W so far.</summary>
    public Shape Shape => Node.Shape;

    internal Node Node { get; }

    /// <summary>Puts <paramref name="op"/> behind this activation.</summary>
    /// <param name="op">The op.</param>
    /// <param name="name">The module's name; null for a layer without parameters, which is named after its op.</param>
    /// <param name="others">Further inputs.</param>
    public SymbolicTensor Then(Op op, string? name = null, params ReadOnlySpan<SymbolicTensor> others)
    {
        var inputs = new List<Node> { Node };
        foreach (var other in others)
        {
            inputs.Add(other._graph == _graph ? other.Node : throw new LanewiseException($"{op.Name}: its inputs belong to two networks; build both in one Network.Define."));
        }

        return new(_graph, _scope, _graph.Add(_scope, name, op, inputs));
    }

    /// <summary>Ends an auxiliary classifier: training adds <paramref name="weight"/> times this activation's loss, inference leaves it out.</summary>
    /// <exception cref="LanewiseException">It is no row of logits.</exception>
    public void AuxiliaryOutput(float weight) => _graph.AddAuxiliaryOutput(new(Node, weight));

    /// <summary>Builds a module whose layers' names begin with <paramref name="name"/> and a dot.</summary>
    public SymbolicTensor Module(string name, Func<SymbolicTensor, SymbolicTensor> layers)
    {
        var inside = layers(new SymbolicTensor(_graph, $"{_scope}{name}.", Node));
        return new(_graph, _scope, inside.Node);
    }
}

/// <summary>Collects a network's nodes and keeps their paths unique.</summary>
internal sealed class GraphBuilder
{
    private readonly List<Node> _nodes = [];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly List<AuxiliaryOutput> _auxiliary = [];

    public IReadOnlyList<Node> Nodes => _nodes.AsReadOnly();

    public IReadOnlyList<AuxiliaryOutput> AuxiliaryOutputs => _auxiliary.AsReadOnly();

    public void AddAuxiliaryOutput(AuxiliaryOutput output) => _auxiliary.Add(output.Node.Shape.Pixels == 1
        ? output
        : throw new LanewiseException($"{output.Node.Path}: an auxiliary output must be a row of logits, not {output.Node.Shape}; end it with .Flatten() and .Linear(…)."));

    public SymbolicTensor Add(string path, Op op) => new(this, "", Add("", path, op, []));

    public Node Add(string scope, string? name, Op op, IReadOnlyList<Node> inputs)
    {
        if (op.InputCount is { } count && count != inputs.Count)
        {
            throw new LanewiseException($"{scope}{name ?? op.Name} ({op.Name}): {inputs.Count} inputs; it takes {count}.");
        }

        string path = scope + (name ?? Unused(scope, op));
        if (!_paths.Add(path))
        {
            throw new LanewiseException($"{path} ({op.Name}): the name is already taken; each layer of a module needs its own.");
        }

        var node = new Node(_nodes.Count, path, op, inputs);
        _nodes.Add(node);
        return node;
    }

    private string Unused(string scope, Op op)
    {
        string name = op.Name.ToLowerInvariant();
        for (int i = 1; ; i++)
        {
            if (!_paths.Contains($"{scope}{name}{i}"))
            {
                return $"{name}{i}";
            }
        }
    }
}
