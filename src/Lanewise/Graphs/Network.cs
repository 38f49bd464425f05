namespace Lanewise;

/// <summary>
/// The description of a network: its nodes in execution order. It is immutable and holds no arrays; <see cref="Weights"/> hold the
/// values, and a plan runs it.
/// </summary>
public sealed class Network
{
    private Network(
        string name, IReadOnlyList<Node> nodes, Node output, IReadOnlyList<AuxiliaryOutput> auxiliary, IReadOnlyList<string> omitted)
    {
        Name = name;
        Nodes = nodes;
        Output = output;
        AuxiliaryOutputs = auxiliary;
        OmittedModules = omitted;
        Parameters = [.. Nodes.SelectMany(n => n.Parameters)];
        ParameterCount = Parameters.Where(p => !p.IsBuffer).Sum(p => p.Count);
        Macs = Nodes.Sum(n => n.Macs);
    }

    /// <summary>The model's name, for example <c>inception</c>.</summary>
    public string Name { get; }

    /// <summary>All nodes; a node's inputs precede it, the network's input comes first.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>The shape of an input image, C×H×W.</summary>
    public Shape Input => Nodes[0].Shape;

    /// <summary>The node whose values are the output, for a classifier the logits.</summary>
    public Node Output { get; }

    /// <summary>
    /// Further rows of logits whose loss is added in training (GoogLeNet's auxiliary classifiers); inference leaves them out.
    /// </summary>
    public IReadOnlyList<AuxiliaryOutput> AuxiliaryOutputs { get; }

    /// <summary>
    /// Paths of modules that the model has and this network leaves out, for example <c>aux1</c>; their parameters in a file are ignored.
    /// </summary>
    public IReadOnlyList<string> OmittedModules { get; }

    /// <summary>The number of output values for one image; for a classifier the number of classes.</summary>
    public int OutputCount => Output.Shape.Count;

    /// <summary>All parameters and buffers, in the order of the nodes.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>The number of trainable values.</summary>
    public int ParameterCount { get; }

    /// <summary>Multiply-accumulates (MACs) of convolutions and linear layers for one image, bias not counted.</summary>
    public long Macs { get; }

    /// <summary>Describes a network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="input">The shape of an image, C×H×W.</param>
    /// <param name="layers">Adds the layers, from the input to the output.</param>
    /// <exception cref="LanewiseException">
    /// Shapes do not fit, or a name is used twice; the message names the node. Or the network is too large to be counted.
    /// </exception>
    public static Network Define(string name, Shape input, Func<SymbolicTensor, SymbolicTensor> layers)
    {
        var graph = new GraphBuilder();
        if (input.Channels < 1 || input.Height < 1 || input.Width < 1)
        {
            throw new ShapeException($"{name}: the input {input} has no pixels; channels, height and width must be at least 1.", name);
        }

        try
        {
            var output = layers(graph.Add("input", new Input(input)));
            return output.Node.Index > 0
                ? new Network(name, graph.Nodes, output.Node, graph.AuxiliaryOutputs, graph.OmittedModules)
                : throw new NetworkException($"{name}: the network has no layer; add one after its input.", name);
        }
        catch (OverflowException e)
        {
            string excess = FormattableString.Invariant($"a layer or the parameters would have more than {int.MaxValue:N0} values");
            throw new ShapeException($"{name}: with the input {input} {excess}; use a smaller input or fewer channels.", name, inner: e);
        }
    }

    /// <summary>Joins nodes to a network: those of a file that describes it.</summary>
    internal static Network Of(
        string name, IReadOnlyList<Node> nodes, Node output, IReadOnlyList<AuxiliaryOutput> auxiliary, IReadOnlyList<string> omitted) =>
        new(name, nodes, output, auxiliary, omitted);

    /// <summary>
    /// Finds the node at a path, for example <c>layer4.1.conv2</c>, or the last one of a module, for example <c>layer4.1</c>.
    /// </summary>
    /// <exception cref="LanewiseException">There is none; the message names the nearest.</exception>
    public Node Find(string path) => Nodes.FirstOrDefault(n => n.Path == path)
        ?? Nodes.LastOrDefault(n => n.Path.StartsWith(path + ".", StringComparison.Ordinal))
        ?? throw new UnknownNameException(
            "layer",
            path,
            Nodes.Select(n => n.Path),
            $"{Name}: there is no layer '{path}'{NearestName.Question(path, Nodes.Select(n => n.Path))}");

    /// <summary>Returns the part from the input to <paramref name="node"/>, whose values become the output.</summary>
    /// <param name="node">One of this network's nodes, not the input.</param>
    /// <exception cref="LanewiseException">The node belongs to another network, or is the input.</exception>
    public Network UpTo(Node node)
    {
        if (node.Index == 0 || !IsOwn(node))
        {
            throw new NetworkException(
                $"{Name}: {node.Path} is {(node.Index == 0 ? "its input" : "none of its nodes")}; choose a layer of it.", Name, node.Path);
        }

        var needed = GraphWalk.Ancestors([node]);
        return Rebuild(Nodes.Where(n => n.Index == 0 || needed.Contains(n)), node);
    }

    /// <summary>
    /// Returns the part from <paramref name="node"/> to the output; the node's values become its input. With <see cref="UpTo"/> it
    /// composes to the whole network without auxiliary outputs.
    /// </summary>
    /// <param name="node">One of <see cref="CutPoints"/>.</param>
    /// <exception cref="NetworkException">
    /// A path from the input to the output bypasses the node; the message names nodes where none does.
    /// </exception>
    public Network After(Node node)
    {
        var cutPoints = CutPoints();
        if (!IsOwn(node) || !cutPoints.Contains(node))
        {
            string choices = string.Join(", ", cutPoints.Select(n => n.Path));
            throw new NetworkException($"{Name}: some values bypass {node.Path}; choose one of {choices}.", Name, node.Path);
        }

        var needed = GraphWalk.Ancestors([Output], isEnd: n => n == node);
        return Rebuild(Nodes.Where(needed.Contains), Output);
    }

    /// <summary>Returns the same network with other layers to train: a training leaves the parameters of the others as they are.</summary>
    /// <param name="isTrainable">Whether a node is trained, for example <c>node => node.Path.StartsWith("layer4")</c>.</param>
    public Network WithTrainable(Func<Node, bool> isTrainable)
    {
        ArgumentNullException.ThrowIfNull(isTrainable);
        var copies = new Dictionary<Node, Node>();
        foreach (var node in Nodes)
        {
            copies[node] = new Node(node.Index, node.Path, node.Op, [.. node.Inputs.Select(n => copies[n])])
            {
                IsTrainable = isTrainable(node),
            };
        }

        var auxiliary = AuxiliaryOutputs.Select(output => output with { Node = copies[output.Node] });
        return new(Name, [.. copies.Values], copies[Output], [.. auxiliary], OmittedModules);
    }

    /// <summary>
    /// Returns the same network with only its classifier to train, the last linear layer before the output: transfer learning on frozen
    /// features.
    /// </summary>
    /// <exception cref="NetworkException">The network has no linear layer.</exception>
    public Network WithTrainableHead()
    {
        var head = GraphWalk.Classifier(Output) ?? throw new NetworkException(
            $"{Name}: it has no linear layer, so there is no classifier to train alone; train all of it.", Name);
        return WithTrainable(node => node.Index == head.Index);
    }

    /// <summary>
    /// Finds the articulation points between input and output, in order: the nodes that every path passes through. Modules begin and end
    /// at such nodes; nodes inside a module with branches are none.
    /// </summary>
    public IReadOnlyList<Node> CutPoints()
    {
        // Walking back from the output, the last open node is a cut point when no other is open.
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

    /// <summary>Copies some nodes into a network of their own; the first becomes its input.</summary>
    private Network Rebuild(IEnumerable<Node> nodes, Node output)
    {
        var copies = new Dictionary<Node, Node>();
        foreach (var node in nodes)
        {
            copies[node] = copies.Count == 0
                ? new Node(0, node.Path, new Input(node.Shape), [])
                : new Node(copies.Count, node.Path, node.Op, [.. node.Inputs.Select(n => copies[n])]) { IsTrainable = node.IsTrainable };
        }

        return new(Name, [.. copies.Values], copies[output], [], []);
    }
}

/// <summary>The logits of an auxiliary classifier.</summary>
/// <param name="Node">The node whose values they are.</param>
/// <param name="Weight">The weight of its loss; the main loss has 1.</param>
public sealed record AuxiliaryOutput(Node Node, double Weight);
