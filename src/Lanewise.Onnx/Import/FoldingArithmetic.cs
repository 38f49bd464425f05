namespace Lanewise.Onnx.Import;

/// <summary>Computes element-wise operators.</summary>
internal static class FoldingArithmetic
{
    /// <summary>Computes a formula of two tensors that are broadcast to each other.</summary>
    /// <param name="n">The node.</param>
    /// <param name="floats">The formula.</param>
    /// <param name="integers">The formula of whole numbers; null to compute with floats.</param>
    public static Constant[] Binary(NodeImport n, Func<float, float, float> floats, Func<long, long, long>? integers) =>
        [Binary(n, n.Needed(0), n.Needed(1), floats, integers)];

    /// <summary>Computes the sum or the mean of any number of tensors.</summary>
    public static Constant[] Many(NodeImport n, bool isMean)
    {
        var sum = n.Needed(0);
        for (int i = 1; i < n.Inputs.Length; i++)
        {
            sum = Binary(n, sum, n.Needed(i), (a, b) => a + b, (a, b) => a + b);
        }

        return isMean ? [Constant.Of(sum.Dims, Array.ConvertAll(sum.ToFloats(), value => value / n.Inputs.Length))] : [sum];
    }

    /// <summary>Computes a formula of each value.</summary>
    public static Constant[] Unary(NodeImport n, Func<float, float> floats, Func<long, long>? integers)
    {
        var x = n.Needed(0);
        return x.Floats is null && integers is not null
            ? [Constant.Of(x.Dims, Array.ConvertAll(x.Known(), value => integers(value)))]
            : [Constant.Of(x.Dims, Array.ConvertAll(x.ToFloats(), value => floats(value)))];
    }

    /// <summary>LeakyRelu(x).</summary>
    public static Constant[] LeakyRelu(NodeImport n)
    {
        float alpha = n.Node.Float("alpha", 0.01f);
        return Unary(n, x => x < 0 ? alpha * x : x, null);
    }

    /// <summary>HardSigmoid(x).</summary>
    public static Constant[] HardSigmoid(NodeImport n)
    {
        float alpha = n.Node.Float("alpha", 0.2f), beta = n.Node.Float("beta", 0.5f);
        return Unary(n, x => Math.Clamp(alpha * x + beta, 0, 1), null);
    }

    /// <summary>Clip(x, min?, max?).</summary>
    public static Constant[] Clip(NodeImport n)
    {
        var (min, max) = n.Bounds();
        // Where min is above max, every value becomes max.
        return Unary(n, value => MathF.Min(max, MathF.Max(min, value)), value => (long)MathF.Min(max, MathF.Max(min, value)));
    }

    private static Constant Binary(
        NodeImport n, Constant a, Constant b, Func<float, float, float> floats, Func<long, long, long>? integers)
    {
        int[] dims = Strides.Broadcast(a.Dims, b.Dims);
        n.Graph.Budget.Check(dims);
        int[] left = Strides.Indices(dims, Strides.Broadcast(a.Dims, dims, Strides.Of(a.Dims)));
        int[] right = Strides.Indices(dims, Strides.Broadcast(b.Dims, dims, Strides.Of(b.Dims)));
        if (a.Floats is null && b.Floats is null && integers is not null)
        {
            var (x, y) = (a.Known(), b.Known());
            return Constant.Of(dims, [.. left.Select((index, i) => integers(x[index], y[right[i]]))]);
        }

        var (p, q) = (a.ToFloats(), b.ToFloats());
        return Constant.Of(dims, [.. left.Select((index, i) => floats(p[index], q[right[i]]))]);
    }
}
