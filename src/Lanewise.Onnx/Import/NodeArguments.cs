namespace Lanewise.Onnx.Import;

/// <summary>Reads what operators say of dimensions, the same for stored tensors and for activations.</summary>
internal static class NodeArguments
{
    /// <summary>Returns the dimensions that Squeeze removes.</summary>
    /// <param name="n">The node.</param>
    /// <param name="sizes">The sizes of its input.</param>
    /// <exception cref="NotSupportedException">The size of one is not 1.</exception>
    public static int[] SqueezedDims(this NodeImport n, IReadOnlyList<long> sizes)
    {
        int[] dims = n.Ints("axes", 1) is { } axes
            ? [.. axes.Select(axis => NodeImport.Dim(axis, sizes.Count))]
            : [.. Enumerable.Range(0, sizes.Count).Where(i => sizes[i] == 1)];
        return Array.TrueForAll(dims, i => sizes[i] == 1)
            ? dims
            : throw new NotSupportedException("it removes a dimension whose size is not 1");
    }

    /// <summary>Returns the positions in the output of the dimensions that Unsqueeze adds, in ascending order.</summary>
    /// <param name="n">The node.</param>
    /// <param name="rank">The number of dimensions of its input.</param>
    /// <param name="maxRank">The largest number of dimensions of its output.</param>
    /// <exception cref="NotSupportedException">They are missing, repeated or too many.</exception>
    public static int[] UnsqueezedDims(this NodeImport n, int rank, int maxRank)
    {
        long[] axes = n.Ints("axes", 1) ?? throw new NotSupportedException("its axes are missing");
        int[] dims = [.. axes.Select(axis => NodeImport.Dim(axis, rank + axes.Length)).Distinct().Order()];
        return dims.Length == axes.Length && rank + axes.Length <= maxRank
            ? dims
            : throw new NotSupportedException("its axes are repeated, or too many");
    }

    /// <summary>Returns the order in which Transpose puts the dimensions; without one it reverses them.</summary>
    /// <exception cref="NotSupportedException">It is not an order of the dimensions.</exception>
    public static int[] TransposedOrder(this NodeImport n, int rank)
    {
        int[] order = n.Node.Ints("perm") is { } perm
            ? [.. perm.Select(axis => NodeImport.Dim(axis, rank))]
            : [.. Enumerable.Range(0, rank).Reverse()];
        return order.Order().SequenceEqual(Enumerable.Range(0, rank))
            ? order
            : throw new NotSupportedException("its perm is not an order of the dimensions");
    }

    /// <summary>Returns the sizes that Reshape asks for; 0 stands for that of the input, unless <c>allowzero</c> is set.</summary>
    public static long[] ReshapedSizes(this NodeImport n, long[] asked, IReadOnlyList<long> own) => n.Node.Int("allowzero", 0) != 0
        ? asked
        : [.. asked.Select((size, i) => size == 0 && i < own.Count ? own[i] : size)];

    /// <summary>Returns the sizes that Shape takes, from <c>start</c> to before <c>end</c>.</summary>
    public static Constant TakenSizes(this NodeImport n, long[] sizes)
    {
        int start = (int)Math.Clamp(FromEnd(n.Node.Int("start", 0)), 0, sizes.Length);
        int end = (int)Math.Clamp(FromEnd(n.Node.Int("end", sizes.Length)), start, sizes.Length);
        return Constant.Of([end - start], sizes[start..end]);

        long FromEnd(long i) => i < 0 ? i + sizes.Length : i;
    }

    /// <summary>Returns the part of each dimension that Slice takes; attributes before opset 10.</summary>
    /// <exception cref="NotSupportedException">A step is 0, or the batch is cut.</exception>
    public static SliceRange[] Slices(this NodeImport n, long[] sizes)
    {
        long[] starts = n.Ints("starts", 1) ?? [], ends = n.Ints("ends", 2) ?? [];
        long[] axes = n.Ints("axes", 3) ?? [.. Enumerable.Range(0, starts.Length)], steps = n.Known(4)?.Known() ?? [];
        var result = Array.ConvertAll(sizes, SliceRange.Whole);
        for (int i = 0; i < axes.Length; i++)
        {
            int dim = NodeImport.Dim(axes[i], sizes.Length);
            result[dim] = SliceRange.Of(starts[i], ends[i], steps.Length > i ? steps[i] : 1, sizes[dim]);
        }

        return result;
    }

    /// <summary>Returns the bounds of Clip, infinite where there is none; attributes before opset 11.</summary>
    public static (float Min, float Max) Bounds(this NodeImport n) => (
        n.Node.Has("min") ? n.Node.Float("min", 0) : n.Known(1)?.Scalar() ?? float.NegativeInfinity,
        n.Node.Has("max") ? n.Node.Float("max", 0) : n.Known(2)?.Scalar() ?? float.PositiveInfinity);
}
