namespace Lanewise.Onnx.Import;

/// <summary>Computes operators that take values of a tensor in another order, several times, or not at all.</summary>
internal static class FoldingSelections
{
    /// <summary>Transpose(x, perm?).</summary>
    public static Constant[] Transpose(NodeImport n)
    {
        var x = n.Needed(0);
        int[] order = n.TransposedOrder(x.Dims.Length), steps = Strides.Of(x.Dims);
        int[] dims = Array.ConvertAll(order, i => x.Dims[i]);
        return [x.Pick(dims, Strides.Indices(dims, Array.ConvertAll(order, i => steps[i])))];
    }

    /// <summary>Concat(…).</summary>
    public static Constant[] Concat(NodeImport n)
    {
        Constant[] parts = [.. n.Inputs.Select((_, i) => n.Needed(i))];
        int axis = NodeImport.Dim(n.Node.Int("axis", 0), parts[0].Dims.Length);
        int[] dims = [.. parts[0].Dims];
        dims[axis] = parts.Sum(part => part.Dims.Length > axis ? part.Dims[axis] : 0);
        if (parts.Any(part => part.Dims.Length != dims.Length || part.Dims.Where((size, i) => i != axis && size != dims[i]).Any()))
        {
            throw new NotSupportedException("its inputs have different sizes");
        }

        n.Graph.Budget.Check(dims);
        int outer = Constant.CountOf(dims.Take(axis));
        return parts.All(part => part.Integers is not null)
            ? [Constant.Of(dims, Interleave(Array.ConvertAll(parts, part => part.Integers!), outer))]
            : [Constant.Of(dims, Interleave(Array.ConvertAll(parts, part => part.ToFloats()), outer))];
    }

    /// <summary>Slice(x, starts, ends, axes?, steps?).</summary>
    public static Constant[] Slice(NodeImport n)
    {
        var x = n.Needed(0);
        return [Take(x, [.. n.Slices(x.Sizes()).Select((range, i) => range.Indices(x.Dims[i]).ToArray())])];
    }

    /// <summary>Split(x, sizes?).</summary>
    public static Constant[] Split(NodeImport n)
    {
        var x = n.Needed(0);
        int axis = NodeImport.Dim(n.Node.Int("axis", 0), x.Dims.Length), size = x.Dims[axis], parts = n.Node.Outputs.Count, first = 0;
        int chunk = (size + parts - 1) / parts;
        long[] sizes = n.Ints("split", 1)
            ?? [.. Enumerable.Range(0, parts).Select(i => (long)Math.Clamp(size - i * chunk, 0, chunk))];
        if (sizes.Length != parts || sizes.Any(s => s < 0 || s > size) || sizes.Sum() != size)
        {
            throw new NotSupportedException($"it splits {size} into {parts} parts of other sizes");
        }

        var results = new List<Constant>();
        foreach (int count in sizes.Select(s => (int)s))
        {
            int[][] indices = [.. x.Dims.Select((d, i) => Enumerable.Range(i == axis ? first : 0, i == axis ? count : d).ToArray())];
            results.Add(Take(x, indices));
            first += count;
        }

        return [.. results];
    }

    /// <summary>Gather(x, indices).</summary>
    public static Constant[] Gather(NodeImport n)
    {
        var (x, indices) = (n.Needed(0), n.Needed(1));
        int axis = NodeImport.Dim(n.Node.Int("axis", 0), x.Dims.Length);
        int[] taken = [.. indices.Known().Select(i => NodeImport.Dim(i, x.Dims[axis]))];
        int[][] all = [.. x.Dims.Select((size, i) => i == axis ? taken : [.. Enumerable.Range(0, size)])];
        n.Graph.Budget.Check(all.Select(i => i.Length));
        return [Take(x, all).Reshape([.. x.Dims.Take(axis), .. indices.Dims, .. x.Dims.Skip(axis + 1)])];
    }

    /// <summary>Expand(x, sizes).</summary>
    public static Constant[] Expand(NodeImport n)
    {
        var x = n.Needed(0);
        int[] dims = Strides.Broadcast(x.Dims, FoldingShapes.Dims(n.Needed(1).Known()));
        n.Graph.Budget.Check(dims);
        return [x.Pick(dims, Strides.Indices(dims, Strides.Broadcast(x.Dims, dims, Strides.Of(x.Dims))))];
    }

    /// <summary>Pad(x, pads, value?, axes?).</summary>
    public static Constant[] Pad(NodeImport n)
    {
        var x = n.Needed(0);
        long[] pads = n.Ints("pads", 1) ?? [], axes = n.Known(3)?.Known() ?? [.. Enumerable.Range(0, x.Dims.Length)];
        if (n.Node.Text("mode", "constant") != "constant" || pads.Length != 2 * axes.Length || pads.Any(pad => pad is < 0 or > 1 << 24))
        {
            throw new NotSupportedException("its mode is not constant, or its pads do not fit");
        }

        float value = n.Node.Has("value") ? n.Node.Float("value", 0) : n.Known(2)?.Scalar() ?? 0;
        int[] before = new int[x.Dims.Length], dims = [.. x.Dims];
        for (int i = 0; i < axes.Length; i++)
        {
            int dim = NodeImport.Dim(axes[i], dims.Length);
            before[dim] = (int)pads[i];
            dims[dim] += (int)(pads[i] + pads[axes.Length + i]);
        }

        float[] result = new float[n.Graph.Budget.Check(dims)];
        Array.Fill(result, value);
        int[] steps = Strides.Of(dims), to = Strides.Indices(x.Dims, steps);
        int offset = before.Zip(steps, (b, step) => b * step).Sum();
        float[] values = x.ToFloats();
        for (int i = 0; i < values.Length; i++)
        {
            result[offset + to[i]] = values[i];
        }

        return [Constant.Of(dims, result)];
    }

    private static Constant Take(Constant x, int[][] indices)
    {
        int[] steps = Strides.Of(x.Dims);
        IEnumerable<int> source = [0];
        for (int i = 0; i < indices.Length; i++)
        {
            var (taken, step) = (indices[i], steps[i]);
            source = source.SelectMany(start => taken.Select(index => start + index * step));
        }

        return x.Pick(Array.ConvertAll(indices, i => i.Length), [.. source]);
    }

    private static T[] Interleave<T>(T[][] parts, int outer)
    {
        var result = new List<T>();
        for (int i = 0; i < outer; i++)
        {
            foreach (T[] part in parts)
            {
                int length = part.Length / outer;
                result.AddRange(part.AsSpan(i * length, length));
            }
        }

        return [.. result];
    }
}

/// <summary>Steps through tensors in row-major order.</summary>
internal static class Strides
{
    /// <summary>Returns the distance between neighbours along each dimension.</summary>
    public static int[] Of(int[] dims)
    {
        int[] steps = new int[dims.Length];
        for (int i = dims.Length - 1, step = 1; i >= 0; step *= Math.Max(1, dims[i--]))
        {
            steps[i] = step;
        }

        return steps;
    }

    /// <summary>Returns the index at each position of a tensor, in row-major order.</summary>
    /// <param name="dims">The sizes of the tensor.</param>
    /// <param name="steps">The distance between neighbours along each dimension; 0 to repeat.</param>
    public static int[] Indices(int[] dims, int[] steps)
    {
        int[] result = new int[Constant.CountOf(dims)], position = new int[dims.Length];
        for (int i = 0, index = 0; i < result.Length; i++)
        {
            result[i] = index;
            for (int d = dims.Length - 1; d >= 0; d--)
            {
                index += steps[d];
                if (++position[d] < dims[d])
                {
                    break;
                }

                index -= position[d] * steps[d];
                position[d] = 0;
            }
        }

        return result;
    }

    /// <summary>Returns the sizes to which two tensors are broadcast.</summary>
    /// <exception cref="NotSupportedException">They cannot be.</exception>
    public static int[] Broadcast(int[] a, int[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            int x = i < rank - a.Length ? 1 : a[i - rank + a.Length], y = i < rank - b.Length ? 1 : b[i - rank + b.Length];
            dims[i] = x == y || y == 1 ? x : x == 1 ? y : throw new NotSupportedException(
                $"({string.Join(", ", a)}) and ({string.Join(", ", b)}) cannot be broadcast to each other");
        }

        return dims;
    }

    /// <summary>Returns the steps of a tensor in one that it is broadcast to: 0 where it is repeated.</summary>
    public static int[] Broadcast(int[] from, int[] to, int[] steps) =>
        [.. to.Select((_, i) => i - to.Length + from.Length is >= 0 and var own && from[own] > 1 ? steps[own] : 0)];
}
