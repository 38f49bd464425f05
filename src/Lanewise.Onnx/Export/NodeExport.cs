namespace Lanewise.Onnx.Export;

/// <summary>A node of the network while it is written.</summary>
/// <param name="Node">The node.</param>
/// <param name="Writer">The graph.</param>
/// <param name="Weights">The weights.</param>
/// <param name="Values">The names and numbers of dimensions of the values that are written.</param>
internal sealed record NodeExport(Node Node, GraphWriter Writer, Weights Weights, Dictionary<Node, WrittenValue> Values)
{
    /// <summary>Gets whether a max pooling reads the node.</summary>
    public bool IsMaxPooled { get; init; }

    /// <summary>Gets the shape of the first input.</summary>
    public Shape Input => Node.Inputs[0].Shape;

    /// <summary>Returns an input as (N, C, H, W); features get rows and columns of size 1.</summary>
    public string Image(int input = 0)
    {
        var value = Values[Node.Inputs[input]];
        return value.IsImage
            ? value.Name
            : Writer.Node("Unsqueeze", $"{Node.Path}.image{input}", [value.Name, Writer.Constant("constant.axes_hw", 2, 3)]);
    }

    /// <summary>Returns an input as (N, features).</summary>
    public string Row(int input = 0)
    {
        var value = Values[Node.Inputs[input]];
        return value.IsImage
            ? Writer.Node("Flatten", $"{Node.Path}.row{input}", [value.Name], GraphWriter.Of("axis", 1))
            : value.Name;
    }

    /// <summary>Stores a parameter and returns its name.</summary>
    public string Parameter(int index)
    {
        var tensor = Weights[Node.Parameters[index].Name];
        return Writer.Constant(tensor.Name, tensor.Dimensions, tensor.Values);
    }

    /// <summary>Stores a number that belongs to the node and returns its name.</summary>
    public string Number(string name, float value) => Writer.Constant($"{Node.Path}.{name}", [], [value]);

    /// <summary>Writes the operator that computes the node, with an output of the node's name.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="attributes">Its attributes.</param>
    public WrittenValue Write(string op, IEnumerable<string> inputs, params Schema.AttributeProto[] attributes) =>
        new(Writer.Node(op, Node.Path, inputs, attributes), IsImage: true);

    /// <summary>Writes an operator that leaves the shape of its input as it is.</summary>
    public WrittenValue Elementwise(string op, params Schema.AttributeProto[] attributes) => Elementwise(op, [], attributes);

    /// <summary>Writes an operator that leaves the shape of its input as it is, with stored inputs behind it.</summary>
    public WrittenValue Elementwise(string op, IEnumerable<string> stored, params Schema.AttributeProto[] attributes)
    {
        var x = Values[Node.Inputs[0]];
        return x with { Name = Writer.Node(op, Node.Path, [x.Name, .. stored], attributes) };
    }

    /// <summary>Writes an operator of several inputs of one form.</summary>
    public WrittenValue Join(string op, params Schema.AttributeProto[] attributes)
    {
        bool isImage = Node.Inputs.Any(input => Values[input].IsImage);
        var inputs = Node.Inputs.Select((_, i) => isImage ? Image(i) : Row(i)).ToArray();
        return new(Writer.Node(op, Node.Path, inputs, attributes), isImage);
    }

    /// <summary>The exception for what ONNX cannot describe.</summary>
    public ModelFormatException Refuse(string reason) => new(
        $"{Node.Path} ({Node.Op.Name}) cannot be written as ONNX: {reason}.", ModelFormatError.Unsupported);
}

/// <summary>A value of the graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsImage">Whether it is (N, C, H, W); else (N, features).</param>
internal readonly record struct WrittenValue(string Name, bool IsImage);
