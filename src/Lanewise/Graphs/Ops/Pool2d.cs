namespace Lanewise;

/// <summary>
/// Base of max and average pooling, (N, C, H, W) → (N, C, P, Q) with
/// P = ⌊(H + padding above and below − dilation·(kernel height − 1) − 1) / stride⌋ + 1, or ⌈…⌉ + 1 in ceil mode, where a last window that
/// would begin outside the image and its leading padding is dropped.
/// </summary>
/// <param name="KernelSize">Window rows and columns.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Rows and columns around the image; every window must contain a pixel of the image.</param>
/// <param name="CeilMode">Whether inputs left over at the end get a window of their own.</param>
public abstract record Pool2d(Size2d KernelSize, Size2d Stride, Padding Padding, bool CeilMode) : Op
{
    /// <summary>Step between the inputs of one window; 1 by default.</summary>
    public Size2d Dilation { get; init; } = 1;

    /// <inheritdoc/>
    internal override Window? Window => new(KernelSize, Stride, Padding, Dilation, CeilMode);

    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var outputs = Window!.Value.Outputs(inputs[0]);
        int row = Window.Value.Rows.FirstEmptyWindow(inputs[0].Height), column = Window.Value.Columns.FirstEmptyWindow(inputs[0].Width);
        if (row >= 0 || column >= 0)
        {
            string dilated = Dilation == 1 ? "" : $", dilation {Dilation}", empty = row >= 0 ? $"row {row}" : $"column {column}";
            throw new ShapeException(
                $"kernel {KernelSize}{dilated}, padding {Padding}: the windows of output {empty} contain no pixel of the image; "
                + $"use less padding");
        }

        return new(inputs[0].Channels, outputs.Height, outputs.Width);
    }

    /// <summary>Reads the dilation, which descriptions without it leave at 1.</summary>
    private protected static Size2d ReadDilation(AttributeReader from) => from.Has("dilation") ? from.Size("dilation") : 1;

    internal override void Write(AttributeWriter to)
    {
        to.Write("kernel_size", KernelSize);
        to.Write("stride", Stride);
        to.Write("padding", Padding);
        to.Write("ceil_mode", CeilMode);
        if (Dilation != 1)
        {
            to.Write("dilation", Dilation);
        }
    }
}

/// <summary>Max pooling; padding is never the maximum.</summary>
/// <param name="KernelSize">Window rows and columns.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Rows and columns around the image.</param>
/// <param name="CeilMode">Whether inputs left over at the end get a window of their own.</param>
public sealed record MaxPool2d(Size2d KernelSize, Size2d Stride, Padding Padding, bool CeilMode = false)
    : Pool2d(KernelSize, Stride, Padding, CeilMode)
{
    internal static MaxPool2d Read(AttributeReader from) =>
        new(from.Size("kernel_size"), from.Size("stride"), from.Padding("padding"), from.Bool("ceil_mode"))
        {
            Dilation = ReadDilation(from),
        };
}

/// <summary>Average pooling.</summary>
/// <param name="KernelSize">Window rows and columns.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Zero rows and columns around the image.</param>
/// <param name="CountIncludePad">Whether padded zeros count in the average, as they do in PyTorch by default.</param>
/// <param name="CeilMode">
/// Whether inputs left over at the end get a window of their own; positions beyond the padding never count.
/// </param>
public sealed record AvgPool2d(Size2d KernelSize, Size2d Stride, Padding Padding, bool CountIncludePad, bool CeilMode = false)
    : Pool2d(KernelSize, Stride, Padding, CeilMode)
{
    internal static AvgPool2d Read(AttributeReader from) => new(
        from.Size("kernel_size"), from.Size("stride"), from.Padding("padding"), from.Bool("count_include_pad"), from.Bool("ceil_mode"))
    {
        Dilation = ReadDilation(from),
    };

    internal override void Write(AttributeWriter to)
    {
        base.Write(to);
        to.Write("count_include_pad", CountIncludePad);
    }
}

/// <summary>
/// Average pooling to a given size, (N, C, H, W) → (N, C, P, Q): output row i averages the input rows
/// ⌊i·H / P⌋ … ⌈(i + 1)·H / P⌉ − 1, and columns likewise. With size 1 it is the global average pooling that ends a ResNet.
/// </summary>
/// <param name="OutputSize">Output rows and columns.</param>
public sealed record AdaptiveAvgPool2d(Size2d OutputSize) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => Math.Min(OutputSize.Height, OutputSize.Width) < 1
        ? throw new ShapeException($"output {OutputSize.Height}×{OutputSize.Width}; both must be at least 1")
        : new(inputs[0].Channels, OutputSize.Height, OutputSize.Width);

    internal static AdaptiveAvgPool2d Read(AttributeReader from) => new(from.Size("output_size"));

    internal override void Write(AttributeWriter to) => to.Write("output_size", OutputSize);
}
