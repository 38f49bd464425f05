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
        long[] sizes = [.. n.Needed(1).ToIntegers()];
        var x = n.Activation(0);
        long[] dims = x.Layout.Dims();
        for (int i = 0; i < sizes.Length && n.Node.Int("allowzero", 0) == 0; i++)
        {
            sizes[i] = sizes[i] == 0 && i < dims.Length ? dims[i] : sizes[i];
        }

        return [View(n, x, sizes)];
    }

    /// <summary>Squeeze(x, axes?).</summary>
    public static IReadOnlyList<Value> Squeeze(NodeImport n)
    {
        var layout = LayoutOf(n);
        long[] sizes = layout.Dims();
        int[] dims = n.Ints("axes", 1) is { } axes
            ? [.. axes.Select(axis => NodeImport.Dim(axis, sizes.Length))]
            : [.. Enumerable.Range(0, sizes.Length).Where(i => sizes[i] == 1)];
        return Array.TrueForAll(dims, i => sizes[i] == 1)
            ? [With(n, layout.Without(dims))]
            : throw new NotSupportedException("it removes a dimension whose size is not 1");
    }

    /// <summary>Unsqueeze(x, axes).</summary>
    public static IReadOnlyList<Value> Unsqueeze(NodeImport n)
    {
        var layout = LayoutOf(n);
        long[] axes = n.Ints("axes", 1) ?? throw new NotSupportedException("its axes are missing");
        int rank = layout.Rank + axes.Length;
        int[] dims = [.. axes.Select(axis => NodeImport.Dim(axis, rank)).Distinct().Order()];
        return dims.Length == axes.Length && rank <= 8
            ? [With(n, layout.With(dims))]
            : throw new NotSupportedException("its axes are repeated, or too many");
    }

    /// <summary>Transpose(x, perm?).</summary>
    public static IReadOnlyList<Value> Transpose(NodeImport n)
    {
        var layout = LayoutOf(n);
        int[] order = n.Node.Ints("perm") is { } perm
            ? [.. perm.Select(axis => NodeImport.Dim(axis, layout.Rank))]
            : [.. Enumerable.Range(0, layout.Rank).Reverse()];
        return order.Order().SequenceEqual(Enumerable.Range(0, layout.Rank))
            ? [With(n, layout.Transpose(order))]
            : throw new NotSupportedException("its perm is not an order of the dimensions");
    }

    /// <summary>Shape(x, start?, end?).</summary>
    public static IReadOnlyList<Value> Shape(NodeImport n)
    {
        long[] dims = LayoutOf(n).Dims();
        int start = (int)Math.Clamp(FromEnd(n.Node.Int("start", 0)), 0, dims.Length);
        int end = (int)Math.Clamp(FromEnd(n.Node.Int("end", dims.Length)), start, dims.Length);
        return [new ConstantValue(Constant.Of([end - start], dims[start..end]))];

        long FromEnd(long i) => i < 0 ? i + dims.Length : i;
    }

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
