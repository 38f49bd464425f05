namespace Lanewise.Onnx.Import;

/// <summary>Computes operators that sum over dimensions.</summary>
internal static class FoldingSums
{
    /// <summary>ReduceMean(x, axes).</summary>
    public static Constant[] ReduceMean(NodeImport n)
    {
        var x = n.Needed(0);
        int rank = x.Dims.Length;
        long[]? given = n.Ints("axes", 1);
        bool isNone = given is not { Length: > 0 } && n.Node.Int("noop_with_empty_axes", 0) != 0;
        if (isNone)
        {
            return [x];
        }

        var axes = (given is { Length: > 0 } ? given.Select(axis => NodeImport.Dim(axis, rank)) : Enumerable.Range(0, rank)).ToHashSet();
        int[] kept = [.. x.Dims.Select((size, i) => axes.Contains(i) ? 1 : size)];
        int[] index = Strides.Indices(x.Dims, Strides.Broadcast(kept, x.Dims, Strides.Of(kept)));
        double[] sums = new double[Constant.CountOf(kept)];
        float[] values = x.ToFloats();
        for (int i = 0; i < values.Length; i++)
        {
            sums[index[i]] += values[i];
        }

        double count = (double)values.Length / Math.Max(1, sums.Length);
        int[] dims = n.Node.Int("keepdims", 1) != 0 ? kept : [.. x.Dims.Where((_, i) => !axes.Contains(i))];
        return [Constant.Of(dims, Array.ConvertAll(sums, sum => (float)(sum / count)))];
    }

    /// <summary>Softmax or LogSoftmax(x).</summary>
    public static Constant[] Softmax(NodeImport n, bool isLog)
    {
        const int PerAxis = 13;
        var x = n.Needed(0);
        bool isPerAxis = n.Node.Opset >= PerAxis;
        int axis = NodeImport.Dim(n.Node.Int("axis", isPerAxis ? -1 : 1), x.Dims.Length);
        int inner = isPerAxis ? Constant.CountOf(x.Dims.Skip(axis + 1)) : 1;
        int length = isPerAxis ? x.Dims[axis] : Constant.CountOf(x.Dims.Skip(axis));
        float[] values = [.. x.ToFloats()];
        for (int row = 0; length > 0 && row < values.Length / length; row++)
        {
            int start = row / inner * inner * length + row % inner;
            int[] indices = [.. Enumerable.Range(0, length).Select(i => start + i * inner)];
            double max = indices.Max(i => values[i]), sum = indices.Sum(i => Math.Exp(values[i] - max));
            foreach (int i in indices)
            {
                values[i] = (float)(isLog ? values[i] - max - Math.Log(sum) : Math.Exp(values[i] - max) / sum);
            }
        }

        return [Constant.Of(x.Dims, values)];
    }

    /// <summary>MatMul(a, b), batched and broadcast as NumPy's.</summary>
    public static Constant[] MatMul(NodeImport n)
    {
        var (a, b) = (n.Needed(0), n.Needed(1));
        if (a.Dims.Length == 0 || b.Dims.Length == 0)
        {
            throw new NotSupportedException("one of its inputs is a number");
        }

        int[] left = a.Dims.Length == 1 ? [1, .. a.Dims] : a.Dims, right = b.Dims.Length == 1 ? [.. b.Dims, 1] : b.Dims;
        int rows = left[^2], inner = left[^1], columns = right[^1];
        int[] batch = Strides.Broadcast(left[..^2], right[..^2]);
        if (inner != right[^2])
        {
            throw new NotSupportedException($"({string.Join(", ", a.Dims)}) and ({string.Join(", ", b.Dims)}) cannot be multiplied");
        }

        int[] firstA = Strides.Indices(batch, Strides.Broadcast(left[..^2], batch, Strides.Of(left[..^2])));
        int[] firstB = Strides.Indices(batch, Strides.Broadcast(right[..^2], batch, Strides.Of(right[..^2])));
        float[] valuesA = a.ToFloats(), valuesB = b.ToFloats(), result = new float[n.Graph.Budget.Check([.. batch, rows, columns])];
        for (int i = 0; i < firstA.Length; i++)
        {
            Multiply(
                valuesA.AsSpan(firstA[i] * rows * inner, rows * inner),
                valuesB.AsSpan(firstB[i] * inner * columns, inner * columns),
                result.AsSpan(i * rows * columns, rows * columns),
                inner);
        }

        int[] dims = [.. batch, .. a.Dims.Length == 1 ? [] : new[] { rows }, .. b.Dims.Length == 1 ? [] : new[] { columns }];
        return [Constant.Of(dims, result)];
    }

    /// <summary>Gemm(a, b, c?).</summary>
    public static Constant[] Gemm(NodeImport n)
    {
        var (a, b) = (Matrix(n.Needed(0), n.Node.Int("transA", 0) != 0), Matrix(n.Needed(1), n.Node.Int("transB", 0) != 0));
        if (a.Columns != b.Rows)
        {
            throw new NotSupportedException($"matrices of {a.Rows}×{a.Columns} and {b.Rows}×{b.Columns} cannot be multiplied");
        }

        int[] dims = [a.Rows, b.Columns];
        float[] result = new float[n.Graph.Budget.Check(dims)];
        Multiply(a.Values, b.Values, result, a.Columns);
        float alpha = n.Node.Float("alpha", 1), beta = n.Node.Float("beta", 1);
        var c = n.Known(2) ?? Constant.Of([], [0f]);
        float[] bias = c.ToFloats();
        int[] index = Strides.Indices(dims, Strides.Broadcast(c.Dims, Strides.Broadcast(c.Dims, dims), Strides.Of(c.Dims)));
        return [Constant.Of(dims, [.. result.Select((value, i) => alpha * value + beta * bias[index[i]])])];
    }

    private static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> result, int inner)
    {
        // What a file computes from constants is small; a product of large matrices would take minutes.
        const long MaxProducts = 1L << 28;
        int rows = inner == 0 ? 0 : a.Length / inner, columns = inner == 0 ? 0 : b.Length / inner;
        if ((long)rows * inner * columns > MaxProducts)
        {
            throw new NotSupportedException("it multiplies large stored matrices");
        }

        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                {
                    sum += (double)a[i * inner + k] * b[k * columns + j];
                }

                result[i * columns + j] = (float)sum;
            }
        }
    }

    private static (int Rows, int Columns, float[] Values) Matrix(Constant x, bool isTransposed)
    {
        if (x.Dims is not [var rows, var columns])
        {
            throw new NotSupportedException($"one of its inputs has {x.Dims.Length} dimensions; 2 are expected");
        }

        return isTransposed
            ? (columns, rows, x.Pick([columns, rows], Strides.Indices([columns, rows], [1, columns])).ToFloats())
            : (rows, columns, x.ToFloats());
    }
}
