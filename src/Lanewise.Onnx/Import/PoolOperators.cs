namespace Lanewise.Onnx.Import;

/// <summary>Reads pooling.</summary>
internal static class PoolOperators
{
    /// <summary>MaxPool(x).</summary>
    public static IReadOnlyList<Value> MaxPool(NodeImport n)
    {
        if (n.Node.Outputs.Count > 1 && n.Node.Outputs[1].Length > 0)
        {
            throw new NotSupportedException("its second output, the positions of the maxima, is used");
        }

        var (x, window) = (n.Image(0), Window.Of(n));
        return n.Layer(x, new MaxPool2d(window.Kernel, window.Stride, window.Padding, window.CeilMode) { Dilation = window.Dilation });
    }

    /// <summary>AveragePool(x).</summary>
    public static IReadOnlyList<Value> AveragePool(NodeImport n)
    {
        var (x, window) = (n.Image(0), Window.Of(n));
        bool countsPadding = n.Node.Int("count_include_pad", 0) != 0;
        return n.Layer(
            x, new AvgPool2d(window.Kernel, window.Stride, window.Padding, countsPadding, window.CeilMode) { Dilation = window.Dilation });
    }

    /// <summary>GlobalMaxPool(x).</summary>
    public static IReadOnlyList<Value> GlobalMaxPool(NodeImport n)
    {
        var x = n.Image(0);
        var size = new Size2d(x.Shape.Height, x.Shape.Width);
        return n.Layer(x, new MaxPool2d(size, size, default));
    }

    /// <summary>GlobalAveragePool(x).</summary>
    public static IReadOnlyList<Value> GlobalAveragePool(NodeImport n) => n.Layer(n.Image(0), new AdaptiveAvgPool2d(1));

    /// <summary>ReduceMean(x, axes) over rows and columns.</summary>
    public static IReadOnlyList<Value> ReduceMean(NodeImport n)
    {
        var x = n.Activation(0);
        long[] axes = n.Ints("axes", 1)
            ?? (n.Node.Int("noop_with_empty_axes", 0) == 0 ? [.. Enumerable.Range(0, x.Layout.Rank)] : []);
        int[] dims = [.. axes.Select(axis => NodeImport.Dim(axis, x.Layout.Rank))];
        if (dims.Length == 0)
        {
            return [x];
        }

        var reduced = dims.SelectMany(dim => x.Layout[dim]).ToHashSet();
        bool isWhole = reduced.Count == 0 || reduced.SetEquals(new Layout(x.Tensor.Shape, [[Axis.H, Axis.W]])[0]);
        if (!isWhole)
        {
            throw new NotSupportedException("it takes the mean over other axes than rows and columns, both");
        }

        var y = reduced.Count == 0 ? x.Tensor : n.Graph.AddLayer(x.Tensor, new AdaptiveAvgPool2d(1), n.Node);
        var layout = x.Layout.For(y.Shape);
        return [new ActivationValue(y, n.Node.Int("keepdims", 1) != 0 ? layout : layout.Without(dims))];
    }

    private sealed record Window(Size2d Kernel, Size2d Stride, Size2d Dilation, Padding Padding, bool CeilMode)
    {
        public static Window Of(NodeImport n)
        {
            if (!n.Node.Has("kernel_shape"))
            {
                throw new NotSupportedException("its kernel_shape is missing");
            }

            var kernel = Windows.Size(n.Node, "kernel_shape");
            var (stride, dilation) = (Windows.Size(n.Node, "strides"), Windows.Size(n.Node, "dilations"));
            var padding = Windows.Padding(n.Node, n.Image(0).Shape, kernel, stride, dilation);
            return new(kernel, stride, dilation, padding, n.Node.Int("ceil_mode", 0) != 0);
        }
    }
}
