using System.Runtime.InteropServices;
using Google.Protobuf;
using Lanewise.Onnx.Schema;
using AttributeType = Lanewise.Onnx.Schema.AttributeProto.Types.Type;
using DataType = Lanewise.Onnx.Schema.TensorProto.Types.DataType;

namespace Lanewise.Onnx.Export;

/// <summary>Collects the nodes and stored tensors of a graph.</summary>
/// <param name="opset">The version of the operators.</param>
/// <param name="reserved">The names of the graph's input and output.</param>
internal sealed class GraphWriter(int opset, IEnumerable<string> reserved)
{
    private readonly HashSet<string> _values = new(reserved, StringComparer.Ordinal), _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);

    /// <summary>Gets the graph.</summary>
    public GraphProto Graph { get; } = new();

    /// <summary>Gets the version of the operators.</summary>
    public int Opset => opset;

    /// <summary>Adds a node with one output, both of a name, with a number behind it where it is taken.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="name">The name.</param>
    /// <param name="inputs">The names of the inputs.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The name of the output.</returns>
    public string Node(string op, string name, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = Unused(name, _nodes) };
        node.Input.AddRange(inputs);
        node.Output.Add(Unused(name, _values));
        node.Attribute.AddRange(attributes);
        Graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>Stores floats and returns their name; a name that is stored already is left as it is.</summary>
    public string Constant(string name, IReadOnlyList<int> dims, ReadOnlySpan<float> values) =>
        Constant(name, dims, DataType.Float, MemoryMarshal.AsBytes(values));

    /// <summary>Stores whole numbers, one after the other, and returns their name.</summary>
    public string Constant(string name, params ReadOnlySpan<long> values) =>
        Constant(name, [values.Length], DataType.Int64, MemoryMarshal.AsBytes(values));

    /// <summary>Creates an attribute.</summary>
    public static AttributeProto Of(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    /// <inheritdoc cref="Of(string, long)"/>
    public static AttributeProto Of(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    /// <inheritdoc cref="Of(string, long)"/>
    public static AttributeProto Of(string name, string value) =>
        new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <inheritdoc cref="Of(string, long)"/>
    public static AttributeProto Ints(string name, params IEnumerable<int> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values.Select(value => (long)value));
        return attribute;
    }

    private string Constant(string name, IReadOnlyList<int> dims, DataType type, ReadOnlySpan<byte> bytes)
    {
        if (!_constants.TryGetValue(name, out string? stored))
        {
            stored = _constants[name] = Unused(name, _values);
            var tensor = new TensorProto { Name = stored, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
            tensor.Dims.AddRange(dims.Select(size => (long)size));
            Graph.Initializer.Add(tensor);
        }

        return stored;
    }

    private static string Unused(string name, HashSet<string> used)
    {
        string unused = name;
        for (int i = 2; !used.Add(unused); i++)
        {
            unused = $"{name}_{i}";
        }

        return unused;
    }
}
