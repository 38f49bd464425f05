namespace Lanewise.Onnx.Import;

/// <summary>Reads operators that view activations in another shape or order and compute nothing.</summary>
internal static class ViewOperators
{
    /// <summary>Cast(x) between types of floats, or from the bytes of an image.</summary>
    public static IReadOnlyList<Value> Cast(NodeImport n) => n.Node.Int("to", 0) is 1 or 10 or 11 or 16
        ? [n.Inputs[0]!]
        : throw new NotSupportedException($"it casts to {TensorReader.TypeName((int)n.Node.Int("to", 0))}; floats are supported");

    /// <summary>Flatten(x) to (batch, features).</summary>
    public static IReadOnlyList<Value> Flatten(NodeImport n)
    {
        var x = n.Activation(0);
        long axis = n.Node.Int("axis", 1);
        return (axis < 0 ? axis + x.Layout.Rank : axis) == 1
            ? [View(n, x, [Constant.Batch, -1])]
            : throw new NotSupportedException($"its axis is {axis}; 1, behind the batch, is supported");
    }

    /// <summary>Reshape(x, sizes).</summary>
    public static IReadOnlyList<Value> Reshape(NodeImport n)
    {
        long[] sizes = n.Needed(1).ToIntegers();
        var x = n.Activation(0);
        return [View(n, x, n.ReshapedSizes(sizes, x.Layout.Dims()))];
    }

    /// <summary>Squeeze(x, axes?).</summary>
    public static IReadOnlyList<Value> Squeeze(NodeImport n)
    {
        var layout = LayoutOf(n);
        return [With(n, layout.Without(n.SqueezedDims(layout.Dims())))];
    }

    /// <summary>Unsqueeze(x, axes).</summary>
    public static IReadOnlyList<Value> Unsqueeze(NodeImport n)
    {
        const int MaxRank = 8;
        var layout = LayoutOf(n);
        return [With(n, layout.With(n.UnsqueezedDims(layout.Rank, MaxRank)))];
    }

    /// <summary>Transpose(x, perm?).</summary>
    public static IReadOnlyList<Value> Transpose(NodeImport n)
    {
        var layout = LayoutOf(n);
        return [With(n, layout.Transpose(n.TransposedOrder(layout.Rank)))];
    }

    /// <summary>Shape(x, start?, end?).</summary>
    public static IReadOnlyList<Value> Shape(NodeImport n) => [new ConstantValue(n.TakenSizes(LayoutOf(n).Dims()))];

    /// <summary>Returns activations that are viewed as (batch, features) as a row of features.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">The activations.</param>
    /// <param name="order">
    /// Where the view has the features in another order than (C, H, W): the index in this order of each feature of the view; else null.
    /// </param>
    public static SymbolicTensor Flattened(GraphImport graph, ActivationValue x, out int[]? order)
    {
        order = null;
        if (x.Tensor.Shape.Pixels == 1)
        {
            return x.Tensor;
        }

        if (!x.Layout.IsFlat)
        {
            order = Order(x.Layout[1], x.Tensor.Shape);
        }

        return graph.AddLayer(x.Tensor, new Flatten(), null);
    }

    /// <summary>Views activations in other sizes; (N, C, H, W) as (N, features) is a layer of its own, as in PyTorch.</summary>
    private static ActivationValue View(NodeImport n, ActivationValue x, long[] sizes)
    {
        var layout = x.Layout.Reshape(sizes, n.Graph.BatchSize) ?? throw new NotSupportedException(
            $"it views activations of {x.Tensor.Shape} an image as ({string.Join(", ", sizes.Select(Name))}), which splits an axis or the "
            + "batch");
        if (layout.Rank != 2 || x.Layout.Rank <= 2 || !layout.IsFlat)
        {
            return x with { Layout = layout };
        }

        var flat = n.Graph.AddLayer(x.Tensor, new Flatten(), n.Node);
        return new(flat, Layout.Features(flat.Shape));
    }

    private static string Name(long size) => size == Constant.Batch ? "batch" : FormattableString.Invariant($"{size}");

    private static Layout LayoutOf(NodeImport n) => n.Inputs[0] is PixelsValue pixels ? pixels.Layout : n.Activation(0).Layout;

    private static Value With(NodeImport n, Layout layout) =>
        n.Inputs[0] is PixelsValue pixels ? pixels with { Layout = layout } : n.Activation(0) with { Layout = layout };

    private static int[] Order(IReadOnlyList<Axis> axes, Shape shape)
    {
        var steps = new Dictionary<Axis, (int Size, int Step)>
        {
            [Axis.C] = (shape.Channels, shape.Pixels),
            [Axis.H] = (shape.Height, shape.Width),
            [Axis.W] = (shape.Width, 1),
        };
        IEnumerable<int> order = [0];
        foreach (var axis in axes)
        {
            var (size, step) = steps[axis];
            order = order.SelectMany(index => Enumerable.Range(0, size).Select(i => index + i * step));
        }

        return [.. order];
    }
}
