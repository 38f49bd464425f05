namespace Lanewise.Onnx.Import;

/// <summary>A node with the values of its inputs, while it is imported.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Node">The node.</param>
/// <param name="Inputs">The values of the inputs; null for those that are left out.</param>
internal sealed record NodeImport(GraphImport Graph, OnnxNode Node, Value?[] Inputs)
{
    /// <summary>Gets whether all inputs are known.</summary>
    public bool IsKnown => Inputs.All(value => value is null or ConstantValue);

    /// <summary>Returns an input as activations.</summary>
    /// <exception cref="NotSupportedException">It is left out, or does not depend on the image.</exception>
    public ActivationValue Activation(int input) => input < Node.Inputs.Count && Node.Inputs[input].Length > 0
        ? Graph.Activation(Node.Inputs[input])
        : throw new NotSupportedException("it has too few inputs");

    /// <summary>Returns an input as activations (N, C, H, W).</summary>
    /// <exception cref="NotSupportedException">It is another view of them.</exception>
    public SymbolicTensor Image(int input)
    {
        var x = Activation(input);
        return x.Layout.IsImage ? x.Tensor : throw new NotSupportedException(
            $"its input is not (batch, channels, rows, columns), in this order, of {x.Tensor.Shape} an image");
    }

    /// <summary>Returns an input that must be known; null if it is left out.</summary>
    /// <exception cref="NotSupportedException">It depends on the image.</exception>
    public Constant? Known(int input) => input >= Inputs.Length || Inputs[input] is null ? null
        : Inputs[input] is ConstantValue { Tensor: var tensor } ? tensor
        : throw new NotSupportedException($"'{Excerpt.Of(Node.Inputs[input])}' depends on the image, and must be a stored tensor");

    /// <summary>Returns an input that must be known and may not be left out.</summary>
    /// <exception cref="NotSupportedException">It depends on the image, or is left out.</exception>
    public Constant Needed(int input) => Known(input) ?? throw new NotSupportedException("it has too few inputs");

    /// <summary>Returns whole numbers of an attribute or, in newer files, of an input; null if there are none.</summary>
    public long[]? Ints(string attribute, int input) => Node.Ints(attribute) ?? Known(input)?.Known();

    /// <summary>Adds a layer and views its output as (N, C, H, W).</summary>
    public IReadOnlyList<Value> Layer(SymbolicTensor x, Op op, params IReadOnlyList<float[]>? parameters)
    {
        var y = Graph.AddLayer(x, op, Node, parameters);
        return [new ActivationValue(y, Layout.Image(y.Shape))];
    }

    /// <summary>Adds a layer that leaves the shape as it is, and views its output as its input was viewed.</summary>
    public IReadOnlyList<Value> Elementwise(ActivationValue x, Op op) => [x with { Tensor = Graph.AddLayer(x.Tensor, op, Node) }];

    /// <summary>Returns a dimension that may be counted from the end.</summary>
    /// <exception cref="NotSupportedException">It is out of range.</exception>
    public static int Dim(long dim, int rank) => dim >= -rank && dim < rank
        ? (int)(dim < 0 ? dim + rank : dim)
        : throw new NotSupportedException($"its axis is {dim}, of a tensor with {rank} dimensions");
}
