namespace Lanewise.Onnx.Export;

/// <summary>Writes layers with parameters, and normalizations.</summary>
internal static class LayerExports
{
    /// <summary>Conv.</summary>
    public static WrittenValue Conv2d(NodeExport n)
    {
        var op = (Conv2d)n.Node.Op;
        string[] inputs = [n.Image(), .. n.Node.Parameters.Select((_, i) => n.Parameter(i))];
        return n.Write("Conv", inputs, Attributes(op));
    }

    /// <summary>Conv with the batch norm that follows it: weight · γ / √(var + eps), bias β − mean · γ / √(var + eps).</summary>
    public static WrittenValue FoldedConv2d(NodeExport n, Node norm)
    {
        var op = (Conv2d)n.Node.Op;
        float[] Values(int i) => n.Weights[norm.Parameters[i].Name].Values;
        float[] gamma = Values(0), beta = Values(1), mean = Values(2), variance = Values(3);
        var weight = n.Weights[n.Node.Parameters[0].Name];
        float[] weights = [.. weight.Values], bias = new float[op.OutChannels];
        int length = weights.Length / op.OutChannels;
        for (int k = 0; k < op.OutChannels; k++)
        {
            double scale = gamma[k] / Math.Sqrt((double)variance[k] + ((BatchNorm2d)norm.Op).Eps);
            double own = op.Bias ? n.Weights[n.Node.Parameters[1].Name].Values[k] : 0;
            bias[k] = (float)(beta[k] + (own - mean[k]) * scale);
            foreach (ref float w in weights.AsSpan(k * length, length))
            {
                w = (float)(w * scale);
            }
        }

        string[] inputs =
        [
            n.Image(), n.Writer.Constant(weight.Name, weight.Dimensions, weights),
            n.Writer.Constant($"{n.Node.Path}.bias", [op.OutChannels], bias),
        ];
        return n.Write("Conv", inputs, Attributes(op));
    }

    /// <summary>Gemm.</summary>
    public static WrittenValue Linear(NodeExport n)
    {
        string[] inputs = [n.Row(), .. n.Node.Parameters.Select((_, i) => n.Parameter(i))];
        return n.Write("Gemm", inputs, GraphWriter.Of("transB", 1)) with { IsImage = false };
    }

    /// <summary>BatchNormalization.</summary>
    public static WrittenValue BatchNorm2d(NodeExport n)
    {
        var op = (BatchNorm2d)n.Node.Op;
        return n.Elementwise(
            "BatchNormalization",
            Enumerable.Range(0, 4).Select(n.Parameter),
            GraphWriter.Of("epsilon", op.Eps),
            GraphWriter.Of("momentum", 1 - op.Momentum));
    }

    /// <summary>Mul and Add with a number for each channel.</summary>
    public static WrittenValue ChannelAffine(NodeExport n)
    {
        var x = n.Values[n.Node.Inputs[0]];
        string[] parameters = [.. n.Node.Parameters.Select((parameter, i) => PerChannel(n, i, x.IsImage))];
        if (parameters.Length == 1)
        {
            return n.Elementwise("Mul", parameters);
        }

        string product = n.Writer.Node("Mul", $"{n.Node.Path}.product", [x.Name, parameters[0]]);
        return x with { Name = n.Writer.Node("Add", n.Node.Path, [product, parameters[1]]) };
    }

    /// <summary>LRN; its window is symmetric, torch.nn's of even size is not.</summary>
    public static WrittenValue LocalResponseNorm(NodeExport n)
    {
        var op = (LocalResponseNorm)n.Node.Op;
        return op.Size % 2 == 0
            ? throw n.Refuse($"its size is {op.Size}, and ONNX Runtime takes odd ones")
            : n.Write("LRN", [n.Image()],
                GraphWriter.Of("size", (long)op.Size),
                GraphWriter.Of("alpha", op.Alpha),
                GraphWriter.Of("beta", op.Beta),
                GraphWriter.Of("bias", op.K));
    }

    private static string PerChannel(NodeExport n, int parameter, bool isImage)
    {
        var tensor = n.Weights[n.Node.Parameters[parameter].Name];
        int channels = tensor.Values.Length;
        return n.Writer.Constant(tensor.Name, isImage ? [1, channels, 1, 1] : [1, channels], tensor.Values);
    }

    private static Schema.AttributeProto[] Attributes(Conv2d op) =>
    [
        GraphWriter.Ints("kernel_shape", op.KernelSize.Height, op.KernelSize.Width),
        GraphWriter.Ints("strides", op.Stride.Height, op.Stride.Width),
        GraphWriter.Ints("pads", op.Padding.Top, op.Padding.Left, op.Padding.Bottom, op.Padding.Right),
        GraphWriter.Ints("dilations", op.Dilation.Height, op.Dilation.Width),
        GraphWriter.Of("group", (long)op.Groups),
    ];
}
