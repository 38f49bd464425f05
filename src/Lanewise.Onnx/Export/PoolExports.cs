namespace Lanewise.Onnx.Export;

/// <summary>
/// Writes pooling. Runtimes disagree on windows that ceil mode adds at the end, so their padding is written out wherever it could matter.
/// </summary>
internal static class PoolExports
{
    /// <summary>MaxPool.</summary>
    public static WrittenValue MaxPool2d(NodeExport n)
    {
        var op = (MaxPool2d)n.Node.Op;
        return n.Write("MaxPool", [n.Image()], Attributes(op, op.Dilation, Filled(op, n.Input)));
    }

    /// <summary>AveragePool.</summary>
    public static WrittenValue AvgPool2d(NodeExport n)
    {
        var op = (AvgPool2d)n.Node.Op;
        CheckDilation(n, op.Dilation);
        var filled = Filled(op, n.Input);
        string x = n.Image();
        if (filled == op.Padding)
        {
            var counts = GraphWriter.Of("count_include_pad", op.CountIncludePad ? 1L : 0);
            return n.Write("AveragePool", [x], [.. Attributes(op, op.Dilation, filled), counts]);
        }

        if (op.CountIncludePad && op.Padding != 0)
        {
            // The padding counts, what ceil mode adds does not: the former becomes pixels.
            x = ShapeExports.Pad(n, x, $"{n.Node.Path}.padded", op.Padding, 0);
            var rest = new Padding(0, 0, filled.Bottom - op.Padding.Bottom, filled.Right - op.Padding.Right);
            return n.Write("AveragePool", [x], Attributes(op, op.Dilation, rest));
        }

        return n.Write("AveragePool", [x], Attributes(op, op.Dilation, filled));
    }

    /// <summary>GlobalAveragePool, or AveragePool where all windows have one size, else products with matrices of averages.</summary>
    public static WrittenValue AdaptiveAvgPool2d(NodeExport n)
    {
        var (x, size) = (n.Input, ((AdaptiveAvgPool2d)n.Node.Op).OutputSize);
        if (size == 1)
        {
            return n.Write("GlobalAveragePool", [n.Image()]);
        }

        if (x.Height % size.Height == 0 && x.Width % size.Width == 0)
        {
            int[] kernel = [x.Height / size.Height, x.Width / size.Width];
            return n.Write("AveragePool", [n.Image()], GraphWriter.Ints("kernel_shape", kernel), GraphWriter.Ints("strides", kernel));
        }

        string rows = n.Writer.Constant($"{n.Node.Path}.rows", [size.Height, x.Height], AveragingMatrix.Of(x.Height, size.Height));
        string columns = n.Writer.Constant(
            $"{n.Node.Path}.columns", [x.Width, size.Width], AveragingMatrix.Transposed(x.Width, size.Width));
        string product = n.Writer.Node("MatMul", $"{n.Node.Path}.product", [rows, n.Image()]);
        return n.Write("MatMul", [product, columns]);
    }

    private static void CheckDilation(NodeExport n, Size2d dilation)
    {
        const int Since = 19;
        if (dilation != 1 && n.Writer.Opset < Since)
        {
            throw n.Refuse($"average pooling has a dilation since opset {Since}; pass a newer opset");
        }
    }

    /// <summary>Returns the padding with what ceil mode adds at the end, so that floor mode gives as many windows.</summary>
    private static Padding Filled(Pool2d op, Shape x)
    {
        var outputs = op.InferShape([x]);
        var (kernel, stride, dilation, padding) = (op.KernelSize, op.Stride, op.Dilation, op.Padding);
        int below = Missing(outputs.Height, kernel.Height, stride.Height, dilation.Height, x.Height + padding.Top + padding.Bottom);
        int right = Missing(outputs.Width, kernel.Width, stride.Width, dilation.Width, x.Width + padding.Left + padding.Right);
        return new(padding.Top, padding.Left, padding.Bottom + below, padding.Right + right);
    }

    private static int Missing(int outputs, int kernel, int stride, int dilation, int inputs) =>
        Math.Max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - inputs);

    private static Schema.AttributeProto[] Attributes(Pool2d op, Size2d dilation, Padding padding) =>
    [
        GraphWriter.Ints("kernel_shape", op.KernelSize.Height, op.KernelSize.Width),
        GraphWriter.Ints("strides", op.Stride.Height, op.Stride.Width),
        GraphWriter.Ints("pads", padding.Top, padding.Left, padding.Bottom, padding.Right),
        .. dilation == 1 ? Array.Empty<Schema.AttributeProto>() : [GraphWriter.Ints("dilations", dilation.Height, dilation.Width)],
    ];
}
