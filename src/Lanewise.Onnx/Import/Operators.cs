namespace Lanewise.Onnx.Import;

/// <summary>The table of operators that are read: what each becomes where its input depends on the image.</summary>
internal static class Operators
{
    private static readonly Dictionary<string, Func<NodeImport, IReadOnlyList<Value>>> Table = new(StringComparer.Ordinal)
    {
        ["Conv"] = ConvOperators.Conv,
        ["Gemm"] = LinearOperators.Gemm,
        ["MatMul"] = LinearOperators.MatMul,
        ["BatchNormalization"] = NormOperators.BatchNormalization,
        ["LRN"] = NormOperators.Lrn,
        ["Softmax"] = n => NormOperators.Softmax(n, new Softmax()),
        ["LogSoftmax"] = n => NormOperators.Softmax(n, new LogSoftmax()),
        ["Dropout"] = NormOperators.Dropout,
        ["MaxPool"] = PoolOperators.MaxPool,
        ["AveragePool"] = PoolOperators.AveragePool,
        ["GlobalMaxPool"] = PoolOperators.GlobalMaxPool,
        ["GlobalAveragePool"] = PoolOperators.GlobalAveragePool,
        ["ReduceMean"] = PoolOperators.ReduceMean,
        ["Relu"] = n => n.Elementwise(n.Activation(0), new ReLU()),
        ["LeakyRelu"] = n => n.Elementwise(n.Activation(0), new LeakyReLU(n.Node.Float("alpha", 0.01f))),
        ["Sigmoid"] = n => n.Elementwise(n.Activation(0), new Sigmoid()),
        ["HardSigmoid"] = n => n.Elementwise(
            n.Activation(0), new Hardsigmoid(n.Node.Float("alpha", 0.2f), n.Node.Float("beta", 0.5f))),
        ["HardSwish"] = n => n.Elementwise(n.Activation(0), new Hardswish()),
        ["Clip"] = PointwiseOperators.Clip,
        ["Swish"] = PointwiseOperators.Swish,
        ["Mish"] = n => n.Elementwise(n.Activation(0), new Mish()),
        ["Gelu"] = n => n.Elementwise(n.Activation(0), new GELU(n.Node.Text("approximate", "none") == "tanh")),
        ["Add"] = ArithmeticOperators.Add,
        ["Sub"] = ArithmeticOperators.Subtract,
        ["Mul"] = ArithmeticOperators.Multiply,
        ["Div"] = ArithmeticOperators.Divide,
        ["Sum"] = n => ArithmeticOperators.Sum(n, isMean: false),
        ["Mean"] = n => ArithmeticOperators.Sum(n, isMean: true),
        ["Neg"] = ArithmeticOperators.Negate,
        ["Identity"] = n => [n.Inputs[0]!],
        ["Cast"] = ViewOperators.Cast,
        ["Flatten"] = ViewOperators.Flatten,
        ["Reshape"] = ViewOperators.Reshape,
        ["Squeeze"] = ViewOperators.Squeeze,
        ["Unsqueeze"] = ViewOperators.Unsqueeze,
        ["Transpose"] = ViewOperators.Transpose,
        ["Shape"] = ViewOperators.Shape,
        ["Concat"] = JoinOperators.Concat,
        ["Slice"] = JoinOperators.Slice,
        ["Split"] = JoinOperators.Split,
        ["Gather"] = JoinOperators.Gather,
        ["Pad"] = JoinOperators.Pad,
        ["Expand"] = ArithmeticOperators.Expand,
    };

    /// <summary>Whether an operator is known, for what depends on the image or for constants.</summary>
    public static bool Contains(string op) => Table.ContainsKey(op) || Folding.Contains(op);

    /// <summary>Whether an operator belongs to a quantized model.</summary>
    public static bool IsQuantized(string op) =>
        op.Contains("Quantize", StringComparison.Ordinal) || op.StartsWith("QLinear", StringComparison.Ordinal)
        || op is "ConvInteger" or "MatMulInteger";

    /// <summary>Imports a node: computes its outputs if all inputs are known, else adds its layer.</summary>
    /// <exception cref="NotSupportedException">The node is not supported; the message says why.</exception>
    public static IReadOnlyList<Value> Import(NodeImport node) =>
        node.IsKnown && Folding.Contains(node.Node.Op) ? Folding.Run(node)
        : Table.TryGetValue(node.Node.Op, out var import) ? import(node)
        : throw new NotSupportedException("it is supported for stored tensors only, and its input depends on the image");
}
