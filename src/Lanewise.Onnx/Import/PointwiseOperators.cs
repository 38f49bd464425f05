namespace Lanewise.Onnx.Import;

/// <summary>Reads activation functions that take more than an attribute.</summary>
internal static class PointwiseOperators
{
    /// <summary>Clip(x, min?, max?), attributes before opset 11.</summary>
    public static IReadOnlyList<Value> Clip(NodeImport n)
    {
        var (min, max) = n.Bounds();
        // The largest numbers stand for no bound in older files.
        min = min <= float.MinValue ? float.NegativeInfinity : min;
        max = max >= float.MaxValue ? float.PositiveInfinity : max;
        var x = n.Activation(0);
        return float.IsInfinity(min) && float.IsInfinity(max) ? [x]
            : min == 0 && float.IsInfinity(max) ? n.Elementwise(x, new ReLU())
            : min <= max ? n.Elementwise(x, new Hardtanh(min, max))
            : throw new NotSupportedException($"its min {min} is above its max {max}");
    }

    /// <summary>Swish(x) = x · sigmoid(alpha · x), with alpha 1.</summary>
    public static IReadOnlyList<Value> Swish(NodeImport n) => n.Node.Float("alpha", 1) is var alpha and not 1
        ? throw new NotSupportedException($"its alpha is {alpha}; 1 is supported")
        : n.Elementwise(n.Activation(0), new SiLU());
}
