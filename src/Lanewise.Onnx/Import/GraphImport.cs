using Google.Protobuf;
using Lanewise.Files;
using Lanewise.Onnx.Schema;

namespace Lanewise.Onnx.Import;

/// <summary>
/// Turns a graph into a network: computes what is known (<see cref="Folding"/>), follows views of activations (<see cref="Layout"/>), takes
/// what happens to the image before the first layer as preprocessing (<see cref="Pixels"/>), and adds a layer for each other node.
/// </summary>
internal sealed class GraphImport
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _parameters = new(StringComparer.Ordinal);
    private readonly TensorReader _tensors;
    private readonly PathNames _paths = new();
    private readonly List<string> _problems = [];
    private readonly ImportInput _input;
    private readonly IReadOnlyList<OnnxNode> _order;
    private readonly OnnxReadOptions _options;

    public GraphImport(GraphProto graph, string path, long opset, OnnxReadOptions options, ModelCard? card = null)
    {
        if (graph.SparseInitializer.Count > 0)
        {
            throw new NotSupportedException("it has sparse tensors; export the model with dense ones");
        }

        (_tensors, _options) = (new TensorReader(path), options);
        // An empty name stands for an input that is left out.
        foreach (var tensor in graph.Initializer.Where(tensor => tensor.Name.Length > 0))
        {
            _stored[tensor.Name] = tensor;
        }

        OnnxNode[] nodes = [.. graph.Node.Select((node, i) => new OnnxNode(node, i, opset, _tensors))];
        _input = ImportInput.Of(graph, nodes, _stored.ContainsKey, options);
        string output = OutputOf(graph);
        _order = Sort(output);
        OutputName = WithoutSoftmax(_order, output);
        _order = OutputName == output ? _order : Sort(OutputName);
        foreach (var node in _order)
        {
            foreach (string name in node.Inputs.Where(name => name.Length > 0))
            {
                (_consumers.TryGetValue(name, out var list) ? list : _consumers[name] = []).Add(node);
            }
        }

        Budget = new FoldingBudget(graph.Initializer.Sum(tensor => tensor.RawData.Length / sizeof(float) + tensor.FloatData.Count));
        Pixels = new Pixels(_input, (x, op, parameters) => AddLayer(x, op, null, parameters), card);

        IReadOnlyList<OnnxNode> Sort(string end) =>
            GraphOrder.Sort(nodes, name => name == _input.Name || _stored.ContainsKey(name), end);
    }

    /// <summary>Gets the name of the logits, or of the graph's first output.</summary>
    public string OutputName { get; }

    /// <summary>Gets what happens to the image before the first layer.</summary>
    public Pixels Pixels { get; }

    /// <summary>Gets how many values may be computed from constants.</summary>
    public FoldingBudget Budget { get; }

    /// <summary>Gets the batch size in the file; null if it is not fixed.</summary>
    public long? BatchSize => _input.BatchSize;

    /// <summary>Gets the values of the network's parameters by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => _parameters;

    /// <summary>Gets notes for the user on what was read.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>Builds the network.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="NotSupportedException">Nodes are not supported; the message lists all of them.</exception>
    public Network ToNetwork(string name) => Network.Define(name, _input.Shape, image =>
    {
        Pixels.Image = image;
        _values[_input.Name] = Pixels.Whole();
        CheckOperators();
        foreach (var node in _order)
        {
            Import(node);
        }

        ThrowIfProblems();
        var result = _values.GetValueOrDefault(OutputName) is PixelsValue pixels ? Pixels.AsLayers(pixels) : Activation(OutputName);
        return result.Layout.IsFlat || result.Layout.IsImage || result.Tensor.Shape.Pixels == 1 || _options.KeepsSoftmax
            ? result.Tensor
            : throw new NotSupportedException("its output has its axes in another order than batch, channels, rows, columns");
    });

    /// <summary>Computes a graph that does not depend on an image; for tests.</summary>
    /// <param name="outputs">The names of the outputs.</param>
    /// <exception cref="NotSupportedException">An output cannot be computed.</exception>
    public IReadOnlyList<Constant> ToConstants(IEnumerable<string> outputs)
    {
        CheckOperators();
        foreach (var node in _order)
        {
            Import(node);
        }

        ThrowIfProblems();
        return [.. outputs.Select(name => _values.GetValueOrDefault(name)).TakeWhile(value => value is ConstantValue)
            .Select(value => ((ConstantValue)value!).Tensor)];
    }

    /// <summary>Returns the value of a node's input; null if it is left out.</summary>
    public Value? Find(OnnxNode node, int input)
    {
        if (input >= node.Inputs.Count || node.Inputs[input].Length == 0)
        {
            return null;
        }

        string name = node.Inputs[input];
        if (!_values.TryGetValue(name, out var value))
        {
            value = _stored.TryGetValue(name, out var tensor) ? new ConstantValue(_tensors.Read(tensor)) : UnknownValue.Instance;
            _values[name] = value;
            // A large model would otherwise be in memory twice until it is read.
            tensor?.RawData = ByteString.Empty;
        }

        return value;
    }

    /// <summary>Returns the value of a name as activations; layers that wait for their bias are created.</summary>
    public ActivationValue Activation(string name)
    {
        var activation = _values.GetValueOrDefault(name) switch
        {
            PendingValue pending => pending.Create(),
            PixelsValue pixels => Pixels.Enter(pixels),
            ActivationValue value => value,
            _ => throw new NotSupportedException($"'{Excerpt.Of(name)}' does not depend on the image"),
        };
        _values[name] = activation;
        return activation;
    }

    /// <summary>Returns the only node that reads a value; null if there are several, or the value is the output.</summary>
    public OnnxNode? SoleConsumer(OnnxNode node) =>
        node.Outputs[0] != OutputName && _consumers.GetValueOrDefault(node.Outputs[0]) is [var only] ? only : null;

    /// <summary>Adds a layer with its parameters.</summary>
    /// <param name="x">Its first input.</param>
    /// <param name="op">The op.</param>
    /// <param name="node">The node that names it.</param>
    /// <param name="parameters">The values of its parameters in the op's order.</param>
    /// <param name="others">Its other inputs.</param>
    public SymbolicTensor AddLayer(
        SymbolicTensor x, Op op, OnnxNode? node, IReadOnlyList<float[]>? parameters = null, params ReadOnlySpan<SymbolicTensor> others)
    {
        var y = x.Then(op, node is null ? null : _paths.Of(node, parameters is not null && _stored.ContainsKey(Weight(node))), others);
        foreach (var (spec, i) in y.Node.Parameters.Select((spec, i) => (spec, i)))
        {
            float[] values = parameters is not null && i < parameters.Count ? parameters[i] : new float[spec.Count];
            _parameters[spec.Name] = values.Length != spec.Count
                ? throw new NotSupportedException($"{spec.Name} has {values.Length} values, and {spec.Count} are needed")
                : Array.TrueForAll(values, float.IsFinite) ? new Tensor(spec.Name, spec.Dimensions, values)
                : throw new NotSupportedException($"{spec.Name} has values that are infinite or not a number");
        }

        return y;
    }

    private static string Weight(OnnxNode node) => node.Inputs.Count > 1 ? node.Inputs[1] : "";

    private static string OutputOf(GraphProto graph) => graph.Output.Count > 0 && graph.Output[0].Name.Length > 0
        ? graph.Output[0].Name
        : throw new NotSupportedException("the graph has no output");

    /// <summary>Finds the logits: a softmax that ends the graph is left out, since it follows from the logits.</summary>
    private string WithoutSoftmax(IReadOnlyList<OnnxNode> order, string output)
    {
        while (!_options.KeepsSoftmax && order.FirstOrDefault(node => node.Outputs.Contains(output, StringComparer.Ordinal)) is { } last
            && last.Inputs.Count > 0 && last is { Op: "Softmax" or "LogSoftmax" or "Identity" } && last.Inputs[0] != _input.Name)
        {
            if (last.Op != "Identity")
            {
                Notices.Add($"the {last.Op} at its end is left out: the network's output are the logits");
            }

            output = last.Inputs[0];
        }

        return output;
    }

    /// <summary>Lists the nodes whose operator is not known, before any is imported.</summary>
    private void CheckOperators()
    {
        foreach (var node in _order)
        {
            if (node.HasGraph)
            {
                _problems.Add($"{node.Title}: control flow");
            }
            else if (node.Domain.Length > 0)
            {
                _problems.Add($"{node.Title}: an operator of the domain {Excerpt.Of(node.Domain)}");
            }
            else if (!Operators.Contains(node.Op))
            {
                _problems.Add($"{node.Title}: {(Operators.IsQuantized(node.Op) ? "a quantized model" : "there is no such layer here")}");
            }
        }

        ThrowIfProblems();
    }

    private void Import(OnnxNode node)
    {
        try
        {
            Value?[] inputs = [.. node.Inputs.Select((_, i) => Find(node, i))];
            var outputs = inputs.Contains(UnknownValue.Instance) ? [] : Operators.Import(new NodeImport(this, node, inputs));
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                _values[node.Outputs[i]] = i < outputs.Count ? outputs[i] : UnknownValue.Instance;
            }
        }
        catch (Exception e) when (
            e is NotSupportedException or NetworkException or OverflowException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            string reason = e is IndexOutOfRangeException or ArgumentOutOfRangeException ? "it has too few inputs"
                : e is OverflowException ? "a layer has more values than are supported"
                : e.Message.TrimEnd('.');
            _problems.Add($"{node.Title}: {reason}");
            foreach (string name in node.Outputs)
            {
                _values[name] = UnknownValue.Instance;
            }
        }
    }

    private void ThrowIfProblems()
    {
        const int MaxShown = 50;
        if (_problems.Count > 0)
        {
            string more = _problems.Count > MaxShown ? $"; and {_problems.Count - MaxShown} more" : "";
            string nodes = _problems.Count == 1 ? "1 node is" : $"{_problems.Count} nodes are";
            throw new NotSupportedException($"{nodes} not supported: {string.Join("; ", _problems.Take(MaxShown))}{more}");
        }
    }
}
