using Lanewise.Onnx.Schema;

namespace Lanewise.Onnx.Import;

/// <summary>A node of the graph with typed attributes.</summary>
/// <param name="proto">The node of the file.</param>
/// <param name="index">Its index in the file.</param>
/// <param name="opset">The version of the operators.</param>
/// <param name="tensors">Decodes tensors.</param>
internal sealed class OnnxNode(NodeProto proto, int index, long opset, TensorReader tensors)
{
    private readonly Dictionary<string, AttributeProto> _attributes = Attributes(proto);

    /// <summary>Gets the operator's name.</summary>
    public string Op => proto.OpType;

    /// <summary>Gets the version of the operators.</summary>
    public long Opset => opset;

    /// <summary>Gets the name; empty in many files.</summary>
    public string Name => proto.Name;

    /// <summary>Gets the operator's domain; empty for ONNX's own.</summary>
    public string Domain => proto.Domain is "ai.onnx" ? "" : proto.Domain;

    /// <summary>Gets the names of the inputs; empty for one that is left out.</summary>
    public IReadOnlyList<string> Inputs => proto.Input;

    /// <summary>Gets the names of the outputs; empty for one that is left out.</summary>
    public IReadOnlyList<string> Outputs => proto.Output;

    /// <summary>Gets whether the node contains a graph: control flow.</summary>
    public bool HasGraph => proto.Attribute.Any(attribute => attribute.HasG || attribute.Type == AttributeProto.Types.Type.Graph);

    /// <summary>Gets how messages call the node: 'name' (Op), or where it has none its number.</summary>
    public string Title => Name.Length > 0 ? $"'{Excerpt.Of(Name)}' ({Excerpt.Of(Op)})" : $"node {index} ({Excerpt.Of(Op)})";

    /// <summary>Whether there is an attribute of a name.</summary>
    public bool Has(string name) => _attributes.ContainsKey(name);

    /// <summary>Returns a whole number.</summary>
    public long Int(string name, long missing) => Find(name) is not { } a ? missing
        : a.HasI ? a.I
        : throw Wrong(name, "a whole number");

    /// <summary>Returns a number.</summary>
    public float Float(string name, float missing) => Find(name) is not { } a ? missing
        : a.HasF && !float.IsNaN(a.F) ? a.F
        : throw Wrong(name, "a number");

    /// <summary>Returns a text.</summary>
    public string Text(string name, string missing) => Find(name) is not { } a ? missing
        : a.HasS ? a.S.ToStringUtf8()
        : throw Wrong(name, "a text");

    /// <summary>Returns whole numbers; null if the attribute is missing.</summary>
    public long[]? Ints(string name) => Find(name) is not { } a ? null
        : !a.HasI && !a.HasF && !a.HasS ? [.. a.Ints]
        : throw Wrong(name, "a list of whole numbers");

    /// <summary>Returns the tensor of a <c>Constant</c> node in any of its forms.</summary>
    public Constant Value() =>
        Find("value") is { T: { } tensor } ? tensors.Read(tensor)
        : Find("value_float") is { HasF: true } f ? Constant.Of([], new[] { f.F })
        : Find("value_int") is { HasI: true } i ? Constant.Of([], new[] { i.I })
        : Find("value_floats") is { } floats ? Constant.Of([floats.Floats.Count], [.. floats.Floats])
        : Find("value_ints") is { } ints ? Constant.Of([ints.Ints.Count], [.. ints.Ints])
        : throw new NotSupportedException("its value is missing, a text or sparse; numbers are needed");

    /// <summary>Returns a tensor; null if the attribute is missing.</summary>
    public Constant? Tensor(string name) => Find(name)?.T is { } tensor ? tensors.Read(tensor) : null;

    private AttributeProto? Find(string name) => _attributes.GetValueOrDefault(name);

    private static NotSupportedException Wrong(string name, string expected) => new($"its attribute {name} is not {expected}");

    private static Dictionary<string, AttributeProto> Attributes(NodeProto proto)
    {
        var attributes = new Dictionary<string, AttributeProto>(StringComparer.Ordinal);
        foreach (var attribute in proto.Attribute)
        {
            attributes[attribute.Name] = attribute;
        }

        return attributes;
    }
}
