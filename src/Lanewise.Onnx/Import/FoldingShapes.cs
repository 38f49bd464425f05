namespace Lanewise.Onnx.Import;

/// <summary>Computes operators that keep the values of a tensor, or make one of a shape.</summary>
internal static class FoldingShapes
{
    /// <summary>ConstantOfShape(sizes).</summary>
    public static Constant[] ConstantOfShape(NodeImport n)
    {
        int[] dims = Dims(n.Needed(0).Known());
        int count = n.Graph.Budget.Check(dims);
        return n.Node.Tensor("value") is { Integers: [var whole] } ? [Constant.Of(dims, [.. Enumerable.Repeat(whole, count)])]
            : [Constant.Of(dims, [.. Enumerable.Repeat(n.Node.Tensor("value")?.Scalar() ?? 0, count)])];
    }

    /// <summary>Dropout(x), which keeps everything.</summary>
    public static Constant[] Dropout(NodeImport n)
    {
        if (n.Known(2) is { } training && training.Scalar() != 0)
        {
            throw new NotSupportedException("its training_mode is set: it would drop values at random");
        }

        var x = n.Needed(0);
        return [x, Constant.Of(x.Dims, [.. Enumerable.Repeat(1L, x.Count)])];
    }

    /// <summary>Cast(x).</summary>
    public static Constant[] Cast(NodeImport n)
    {
        var x = n.Needed(0);
        return n.Node.Int("to", 0) switch
        {
            1 or 10 or 11 or 16 => [Constant.Of(x.Dims, x.ToFloats())],
            2 or 3 or 4 or 5 or 6 or 7 or 9 or 12 or 13 => [Constant.Of(
                x.Dims, x.Integers ?? Array.ConvertAll(x.Floats!, value => (long)Math.Clamp(value, -1e18f, 1e18f)))],
            var type => throw new NotSupportedException($"it casts to {TensorReader.TypeName((int)type)}"),
        };
    }

    /// <summary>Reshape(x, sizes).</summary>
    public static Constant[] Reshape(NodeImport n)
    {
        var x = n.Needed(0);
        long[] sizes = [.. n.ReshapedSizes(n.Needed(1).Known(), x.Sizes())];
        int open = Array.IndexOf(sizes, -1);
        if (open >= 0)
        {
            int known = Constant.CountOf(Dims([.. sizes.Where((_, i) => i != open)]));
            sizes[open] = known > 0 && x.Count % known == 0 ? x.Count / known : throw Misfit(x, sizes);
        }

        return Constant.CountOf(Dims(sizes)) == x.Count ? [x.Reshape(Dims(sizes))] : throw Misfit(x, sizes);
    }

    /// <summary>Flatten(x).</summary>
    public static Constant[] Flatten(NodeImport n)
    {
        var x = n.Needed(0);
        long axis = n.Node.Int("axis", 1);
        axis = axis < 0 ? axis + x.Dims.Length : axis;
        return axis >= 0 && axis <= x.Dims.Length
            ? [x.Reshape([Constant.CountOf(x.Dims.Take((int)axis)), Constant.CountOf(x.Dims.Skip((int)axis))])]
            : throw new NotSupportedException($"its axis is {axis}");
    }

    /// <summary>Squeeze(x, axes?).</summary>
    public static Constant[] Squeeze(NodeImport n)
    {
        var x = n.Needed(0);
        int[] dims = n.SqueezedDims(x.Sizes());
        return [x.Reshape([.. x.Dims.Where((_, i) => !dims.Contains(i))])];
    }

    /// <summary>Unsqueeze(x, axes).</summary>
    public static Constant[] Unsqueeze(NodeImport n)
    {
        const int MaxRank = 64;
        var x = n.Needed(0);
        int[] added = n.UnsqueezedDims(x.Dims.Length, MaxRank);
        var rest = new Queue<int>(x.Dims);
        return [x.Reshape([.. Enumerable.Range(0, x.Dims.Length + added.Length).Select(i => added.Contains(i) ? 1 : rest.Dequeue())])];
    }

    /// <summary>Shape(x).</summary>
    public static Constant[] Shape(NodeImport n) => [n.TakenSizes(n.Needed(0).Sizes())];

    /// <summary>Converts sizes.</summary>
    /// <exception cref="NotSupportedException">One is negative or too large.</exception>
    public static int[] Dims(long[] sizes) => Array.ConvertAll(sizes, size => size is >= 0 and <= int.MaxValue
        ? (int)size
        : throw new NotSupportedException($"a size of {size}"));

    private static NotSupportedException Misfit(Constant x, long[] sizes) =>
        new($"{x.Count} values do not have the shape ({string.Join(", ", sizes)})");
}
