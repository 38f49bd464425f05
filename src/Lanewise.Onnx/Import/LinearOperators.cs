namespace Lanewise.Onnx.Import;

/// <summary>Reads linear layers.</summary>
internal static class LinearOperators
{
    /// <summary>Gemm(x, weight, bias?) = alpha · x · weight + beta · bias, the weight perhaps transposed.</summary>
    public static IReadOnlyList<Value> Gemm(NodeImport n)
    {
        if (n.Node.Int("transA", 0) != 0)
        {
            throw new NotSupportedException("its transA is 1: the images of the batch would become features");
        }

        float alpha = n.Node.Float("alpha", 1), beta = n.Node.Float("beta", 1);
        var weight = Matrix(n.Needed(1), isTransposed: n.Node.Int("transB", 0) != 0);
        float[]? bias = n.Known(2) is not { } c ? null
            : c.Dims is [] or [1] or [1, 1] ? Repeat(c.Scalar(), weight.Outputs)
            : c.Count == weight.Outputs && (c.Dims.Length == 1 || c.Dims is [1, _]) ? c.ToFloats()
            : throw new NotSupportedException(
                $"its bias is {string.Join('×', c.Dims)}; a number for each of {weight.Outputs} outputs is expected");
        return Linear(n, Scale(weight, alpha), bias is null ? null : Array.ConvertAll(bias, value => beta * value));
    }

    /// <summary>MatMul(x, weight), with a bias that a following Add has; or a half of adaptive average pooling.</summary>
    public static IReadOnlyList<Value> MatMul(NodeImport n) => n.Inputs switch
    {
        [ConstantValue { Tensor: { Dims: [var outputs, var inputs] } rows }, not null] when n.Activation(1) is { Layout.IsImage: true } x
            && x.Tensor.Shape.Height == inputs && rows.ToFloats().AsSpan().SequenceEqual(AveragingMatrix.Of(inputs, outputs)) =>
            [new PendingRows(x, outputs)],
        [PendingRows rows, ConstantValue { Tensor: { Dims: [var inputs, var outputs] } columns }]
            when rows.X.Tensor.Shape.Width == inputs
                && columns.ToFloats().AsSpan().SequenceEqual(AveragingMatrix.Transposed(inputs, outputs)) =>
            n.Layer(rows.X.Tensor, new AdaptiveAvgPool2d((rows.Outputs, outputs))),
        _ => Linear(n, Matrix(n.Needed(1), isTransposed: false), null),
    };

    private static IReadOnlyList<Value> Linear(NodeImport n, Weight weight, float[]? bias)
    {
        var input = n.Activation(0);
        if (input.Layout.Rank != 2 || input.Layout[0] is not [Axis.N])
        {
            throw new NotSupportedException(
                $"its input has {input.Layout.Rank} dimensions; (batch, features), in this order, are expected");
        }

        if (weight.Inputs != input.Tensor.Shape.Count)
        {
            throw new NotSupportedException($"its weight takes {weight.Inputs} features, and its input has {input.Tensor.Shape.Count}");
        }

        var x = ViewOperators.Flattened(n.Graph, input, out var order);
        float[] values = order is null ? weight.Values : Reorder(weight, order);
        var op = new Linear(weight.Outputs, Bias: true);
        return Biased.Layer(n, x, op, values, bias, isBiased => op with { Bias = isBiased }, Layout.Features);
    }

    /// <summary>Returns a weight as (outputs, inputs).</summary>
    private static Weight Matrix(Constant tensor, bool isTransposed)
    {
        if (tensor.Dims is not [var rows, var columns])
        {
            throw new NotSupportedException($"its weight has {tensor.Dims.Length} dimensions; 2 are expected");
        }

        float[] values = tensor.ToFloats();
        if (isTransposed)
        {
            return new(rows, columns, values);
        }

        float[] transposed = new float[values.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < columns; k++)
            {
                transposed[k * rows + i] = values[i * columns + k];
            }
        }

        return new(columns, rows, transposed);
    }

    private static Weight Scale(Weight weight, float factor) =>
        factor == 1 ? weight : weight with { Values = Array.ConvertAll(weight.Values, value => factor * value) };

    /// <summary>Reorders the inputs: column <c>order[i]</c> of the result is column i of the weight.</summary>
    private static float[] Reorder(Weight weight, int[] order)
    {
        float[] result = new float[weight.Values.Length];
        for (int k = 0; k < weight.Outputs; k++)
        {
            for (int i = 0; i < order.Length; i++)
            {
                result[k * weight.Inputs + order[i]] = weight.Values[k * weight.Inputs + i];
            }
        }

        return result;
    }

    private static float[] Repeat(float value, int count) => [.. Enumerable.Repeat(value, count)];

    private sealed record Weight(int Outputs, int Inputs, float[] Values);
}

/// <summary>The rows of adaptive average pooling, which the product with another matrix completes.</summary>
internal sealed record PendingRows(ActivationValue X, int Outputs) : PendingValue
{
    /// <inheritdoc/>
    public override ActivationValue Create() => throw new NotSupportedException("it multiplies activations from the left");
}
