namespace Lanewise.Onnx.Import;

/// <summary>Reads normalizations, softmax and dropout.</summary>
internal static class NormOperators
{
    /// <summary>BatchNormalization(x, scale, bias, mean, var).</summary>
    public static IReadOnlyList<Value> BatchNormalization(NodeImport n)
    {
        if (n.Node.Int("training_mode", 0) != 0 || n.Node.Int("spatial", 1) != 1)
        {
            throw new NotSupportedException(n.Node.Int("training_mode", 0) != 0
                ? "it computes the statistics of the batch (training_mode 1); export the model in evaluation mode"
                : "it has statistics for each pixel (spatial 0)");
        }

        var x = n.Activation(0);
        float[][] parameters = [.. Enumerable.Range(1, 4).Select(i => n.Needed(i).ToFloats())];
        if (x.Layout.Rank < 2 || !x.Layout[1].SequenceEqual(new Layout(x.Tensor.Shape, [[Axis.C]])[0]))
        {
            throw new NotSupportedException("its second dimension is not the channels");
        }

        // A float of the file such as 0.9 is a rounded decimal; its complement is the decimal that PyTorch's momentum had.
        float momentum = (float)Math.Round(1 - (double)n.Node.Float("momentum", 0.9f), 6);
        var op = new BatchNorm2d(n.Node.Float("epsilon", 1e-5f), momentum);
        return [x with { Tensor = n.Graph.AddLayer(x.Tensor, op, n.Node, parameters) }];
    }

    /// <summary>LRN(x), across channels.</summary>
    public static IReadOnlyList<Value> Lrn(NodeImport n)
    {
        long size = n.Node.Int("size", 0);
        return size is < 1 or > 4095 || size % 2 == 0
            ? throw new NotSupportedException($"its size is {size}; odd sizes up to 4095 are supported")
            : n.Layer(n.Image(0), new LocalResponseNorm(
                (int)size, n.Node.Float("alpha", 1e-4f), n.Node.Float("beta", 0.75f), n.Node.Float("bias", 1)));
    }

    /// <summary>Softmax or LogSoftmax(x), over the channels or features.</summary>
    public static IReadOnlyList<Value> Softmax(NodeImport n, Op op)
    {
        const int PerAxis = 13;
        var x = n.Activation(0);
        int axis = NodeImport.Dim(n.Node.Int("axis", n.Node.Opset < PerAxis ? 1 : -1), x.Layout.Rank);
        // Before opset 13 softmax ran over all dimensions from the axis on.
        var axes = Enumerable.Range(axis, n.Node.Opset < PerAxis ? x.Layout.Rank - axis : 1).SelectMany(dim => x.Layout[dim]).ToArray();
        var features = new Layout(x.Tensor.Shape, [[Axis.C, Axis.H, Axis.W]])[0];
        return axes.SequenceEqual(new Layout(x.Tensor.Shape, [[Axis.C]])[0]) ? n.Elementwise(x, op)
            : x.Layout.IsFlat && axes.SequenceEqual(features) ? Row(n, op, ViewOperators.Flattened(n.Graph, x, out _))
            : throw new NotSupportedException("it does not run over the channels, or over all features");
    }

    /// <summary>Dropout(x, ratio?).</summary>
    public static IReadOnlyList<Value> Dropout(NodeImport n)
    {
        if (n.Known(2) is { } training && training.Scalar() != 0)
        {
            throw new NotSupportedException(
                "its training_mode is set: it would drop values at random; export the model in evaluation mode");
        }

        float ratio = n.Node.Has("ratio") ? n.Node.Float("ratio", 0) : n.Known(1)?.Scalar() ?? 0.5f;
        return ratio is >= 0 and < 1
            ? n.Elementwise(n.Activation(0), new Dropout(ratio))
            : throw new NotSupportedException($"its ratio is {ratio}; at least 0 and below 1 is expected");
    }

    private static IReadOnlyList<Value> Row(NodeImport n, Op op, SymbolicTensor x)
    {
        var y = n.Graph.AddLayer(x, op, n.Node);
        return [new ActivationValue(y, Layout.Features(y.Shape))];
    }
}
