namespace Lanewise.Onnx.Import;

/// <summary>Computes nodes whose inputs are known when the file is read: constants, shapes, transposed weights.</summary>
internal static class Folding
{
    private static readonly Dictionary<string, Func<NodeImport, Constant[]>> Table = new(StringComparer.Ordinal)
    {
        ["Constant"] = n => [n.Node.Value()],
        ["ConstantOfShape"] = FoldingShapes.ConstantOfShape,
        ["Identity"] = n => [n.Needed(0)],
        ["Dropout"] = FoldingShapes.Dropout,
        ["Cast"] = FoldingShapes.Cast,
        ["Reshape"] = FoldingShapes.Reshape,
        ["Flatten"] = FoldingShapes.Flatten,
        ["Squeeze"] = FoldingShapes.Squeeze,
        ["Unsqueeze"] = FoldingShapes.Unsqueeze,
        ["Shape"] = FoldingShapes.Shape,
        ["Transpose"] = FoldingSelections.Transpose,
        ["Concat"] = FoldingSelections.Concat,
        ["Slice"] = FoldingSelections.Slice,
        ["Split"] = FoldingSelections.Split,
        ["Gather"] = FoldingSelections.Gather,
        ["Expand"] = FoldingSelections.Expand,
        ["Pad"] = FoldingSelections.Pad,
        ["Add"] = n => FoldingArithmetic.Binary(n, (a, b) => a + b, (a, b) => a + b),
        ["Sub"] = n => FoldingArithmetic.Binary(n, (a, b) => a - b, (a, b) => a - b),
        ["Mul"] = n => FoldingArithmetic.Binary(n, (a, b) => a * b, (a, b) => a * b),
        ["Div"] = n => FoldingArithmetic.Binary(n, (a, b) => a / b, (a, b) => b == 0 ? 0 : b == -1 ? -a : a / b),
        ["Pow"] = n => FoldingArithmetic.Binary(n, MathF.Pow, null),
        ["Sum"] = n => FoldingArithmetic.Many(n, isMean: false),
        ["Mean"] = n => FoldingArithmetic.Many(n, isMean: true),
        ["Neg"] = n => FoldingArithmetic.Unary(n, x => -x, x => -x),
        ["Abs"] = n => FoldingArithmetic.Unary(n, MathF.Abs, x => x == long.MinValue ? long.MaxValue : Math.Abs(x)),
        ["Sqrt"] = n => FoldingArithmetic.Unary(n, MathF.Sqrt, null),
        ["Exp"] = n => FoldingArithmetic.Unary(n, MathF.Exp, null),
        ["Log"] = n => FoldingArithmetic.Unary(n, MathF.Log, null),
        ["Floor"] = n => FoldingArithmetic.Unary(n, MathF.Floor, null),
        ["Ceil"] = n => FoldingArithmetic.Unary(n, MathF.Ceiling, null),
        ["Reciprocal"] = n => FoldingArithmetic.Unary(n, x => 1 / x, null),
        ["Relu"] = n => FoldingArithmetic.Unary(n, x => MathF.Max(0, x), x => Math.Max(0, x)),
        ["LeakyRelu"] = FoldingArithmetic.LeakyRelu,
        ["Sigmoid"] = n => FoldingArithmetic.Unary(n, x => 1 / (1 + MathF.Exp(-x)), null),
        ["HardSigmoid"] = FoldingArithmetic.HardSigmoid,
        ["HardSwish"] = n => FoldingArithmetic.Unary(n, x => x * Math.Clamp(x / 6 + 0.5f, 0, 1), null),
        ["Clip"] = FoldingArithmetic.Clip,
        ["ReduceMean"] = FoldingSums.ReduceMean,
        ["Softmax"] = n => FoldingSums.Softmax(n, isLog: false),
        ["LogSoftmax"] = n => FoldingSums.Softmax(n, isLog: true),
        ["MatMul"] = FoldingSums.MatMul,
        ["Gemm"] = FoldingSums.Gemm,
    };

    /// <summary>Whether an operator can be computed.</summary>
    public static bool Contains(string op) => Table.ContainsKey(op);

    /// <summary>Computes the outputs of a node.</summary>
    /// <exception cref="NotSupportedException">They cannot be computed, or have too many values.</exception>
    public static IReadOnlyList<Value> Run(NodeImport node)
    {
        var results = Table[node.Node.Op](node);
        node.Graph.Budget.Spend(results.Sum(result => (long)result.Count));
        return [.. results.Select(result => new ConstantValue(result))];
    }
}

/// <summary>Limits how many values are computed while a file is read: a few bytes of a file could ask for any number.</summary>
/// <param name="stored">The number of values that the file stores.</param>
internal sealed class FoldingBudget(long stored)
{
    // Enough for tables of any classifier; 64 MB.
    private const long Extra = 16 << 20;
    private long _left = 2 * stored + Extra;

    /// <summary>Accounts for values.</summary>
    /// <exception cref="NotSupportedException">There are too many.</exception>
    public void Spend(long count)
    {
        _left -= count;
        if (_left < 0)
        {
            throw new NotSupportedException("the file's constants would have more values than are supported");
        }
    }

    /// <summary>Checks the number of values of a result before it is computed, and returns it.</summary>
    /// <exception cref="NotSupportedException">There are too many.</exception>
    public int Check(IEnumerable<int> dims)
    {
        int count = Constant.CountOf(dims);
        return count <= _left ? count : throw new NotSupportedException("the file's constants would have more values than are supported");
    }
}
