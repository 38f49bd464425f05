namespace Lanewise;

/// <summary>
/// The symbolic output of a layer while a network is described: it has a shape but no values. Layers are methods that take one and
/// return the next (as Keras' <c>KerasTensor</c>).
/// </summary>
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

    /// <summary>The shape for one image, C×H×W.</summary>
    public Shape Shape => Node.Shape;

    internal Node Node { get; }

    /// <summary>Applies <paramref name="op"/> to this tensor.</summary>
    /// <param name="op">The op.</param>
    /// <param name="name">
    /// The module's name; null for the op's name in lower case and the first number that is free in the module, from 1:
    /// <c>conv2d1</c> with the parameters <c>conv2d1.weight</c> and <c>conv2d1.bias</c>, <c>relu1</c>, <c>relu2</c>.
    /// </param>
    /// <param name="others">Further inputs.</param>
    /// <exception cref="LanewiseException">The inputs do not fit, or the name is already taken; the message names the node.</exception>
    public SymbolicTensor Then(Op op, string? name = null, params ReadOnlySpan<SymbolicTensor> others)
    {
        var inputs = new List<Node> { Node };
        foreach (var other in others)
        {
            inputs.Add(other._graph == _graph
                ? other.Node
                : throw new NetworkException($"{op.Name}: its inputs belong to two networks; build both in one Network.Define."));
        }

        return new(_graph, _scope, _graph.Add(_scope, name, op, inputs));
    }

    /// <summary>
    /// Ends an auxiliary classifier: training adds <paramref name="weight"/> times the loss of this tensor, inference leaves it out.
    /// </summary>
    /// <exception cref="LanewiseException">It is not a row of logits.</exception>
    public void AuxiliaryOutput(double weight) => _graph.AddAuxiliaryOutput(new(Node, weight));

    /// <summary>Builds a module: the names of its layers begin with <paramref name="name"/> and a dot.</summary>
    public SymbolicTensor Module(string name, Func<SymbolicTensor, SymbolicTensor> layers)
    {
        var inside = layers(new SymbolicTensor(_graph, $"{_scope}{name}.", Node));
        return new(_graph, _scope, inside.Node);
    }

    /// <summary>Notes a module that the model has and this network leaves out; its parameters in a file are ignored.</summary>
    /// <param name="name">The module's name, as for <see cref="Module"/>.</param>
    public void OmitModule(string name) => _graph.OmitModule(_scope + name);
}
