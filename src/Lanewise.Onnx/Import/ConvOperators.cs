namespace Lanewise.Onnx.Import;

/// <summary>Reads convolutions.</summary>
internal static class ConvOperators
{
    /// <summary>Conv(x, weight, bias?), with a bias that a following Add has.</summary>
    public static IReadOnlyList<Value> Conv(NodeImport n)
    {
        var (x, padding) = JoinOperators.Unpadded(n);
        var weight = n.Needed(1);
        if (weight.Dims is not [var outputs, var channels, var height, var width] || n.Node.Ints("kernel_shape") is { Length: not 2 })
        {
            throw new NotSupportedException(
                $"its weight has {weight.Dims.Length} dimensions; only two-dimensional convolutions are supported");
        }

        var kernel = new Size2d(Windows.Extent(height, "kernel_shape"), Windows.Extent(width, "kernel_shape"));
        var (stride, dilation) = (Windows.Size(n.Node, "strides"), Windows.Size(n.Node, "dilations"));
        long groups = n.Node.Int("group", 1);
        if (n.Node.Has("kernel_shape") && Windows.Size(n.Node, "kernel_shape") != kernel)
        {
            throw new NotSupportedException($"its kernel_shape is {Windows.Size(n.Node, "kernel_shape")}, and its weight is {kernel}");
        }

        if (groups < 1 || groups * channels != x.Shape.Channels)
        {
            throw new NotSupportedException(
                $"its weight takes {channels} channels in {groups} groups, and its input has {x.Shape.Channels}");
        }

        var own = Windows.Padding(n.Node, x.Shape, kernel, stride, dilation);
        var op = new Conv2d(outputs, kernel, stride, Sum(own, padding), Bias: true) { Dilation = dilation, Groups = (int)groups };
        return Biased.Layer(n, x, op, weight.ToFloats(), n.Known(2)?.ToFloats(), bias => op with { Bias = bias }, Layout.Image);
    }

    private static Padding Sum(Padding a, Padding b) => new(a.Top + b.Top, a.Left + b.Left, a.Bottom + b.Bottom, a.Right + b.Right);
}

/// <summary>Creates layers whose bias may be the constant of a following Add.</summary>
internal static class Biased
{
    /// <summary>Creates the layer, or a value that waits for the Add that follows.</summary>
    /// <param name="n">The node.</param>
    /// <param name="x">The input.</param>
    /// <param name="op">The op, with any number of outputs.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="bias">The bias; null if the node has none.</param>
    /// <param name="with">Returns the op with or without a bias.</param>
    /// <param name="layout">Returns the view of the output.</param>
    public static IReadOnlyList<Value> Layer(
        NodeImport n, SymbolicTensor x, Op op, float[] weight, float[]? bias, Func<bool, Op> with, Func<Shape, Layout> layout)
    {
        var pending = new PendingLayer(n, x, with, weight, bias, layout(op.InferShape([x.Shape])));
        bool waits = bias is null && n.Graph.SoleConsumer(n.Node) is { Op: "Add" };
        return [waits ? pending : pending.Create()];
    }
}

/// <summary>A convolution or linear layer, or a factor for each channel, that waits for its bias.</summary>
internal sealed record PendingLayer(NodeImport Import, SymbolicTensor X, Func<bool, Op> With, float[] Weight, float[]? Bias, Layout Layout)
    : PendingValue
{
    /// <inheritdoc/>
    public override ActivationValue Create() => new(
        Import.Graph.AddLayer(X, With(Bias is not null), Import.Node, Bias is null ? [Weight] : [Weight, Bias]), Layout);
}
