namespace Lanewise.Graphs;

/// <summary>
/// What max and average pooling share: (C, H, W) → (C, P, Q) with P = ⌊(H + 2·padding − kernel) / stride⌋ + 1, or ⌈…⌉ + 1 in
/// ceil mode, where a last window that would begin outside the image and its left padding is left out.
/// </summary>
/// <param name="Kernel">The square window's side.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Rows and columns around the image; at most half the kernel.</param>
/// <param name="CeilMode">Whether inputs left over at the end get a window of their own.</param>
public abstract record Pool2d(int Kernel, int Stride, int Padding, bool CeilMode) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        var axis = Window.Axis(this);
        Window.Check(x, axis, axis);
        if (Padding > Kernel / 2)
        {
            throw new ShapeException($"padding {Padding} is more than half of kernel {Kernel}; some windows would hold no pixel");
        }

        return new(x.Channels, axis.Outputs(x.Height), axis.Outputs(x.Width));
    }
}

/// <summary>Max pooling; padding never wins.</summary>
/// <param name="Kernel">The square window's side.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Rows and columns around the image.</param>
/// <param name="CeilMode">Whether inputs left over at the end get a window of their own.</param>
public sealed record MaxPool2d(int Kernel, int Stride, int Padding, bool CeilMode = false) : Pool2d(Kernel, Stride, Padding, CeilMode);

/// <summary>Average pooling.</summary>
/// <param name="Kernel">The square window's side.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Zero rows and columns around the image.</param>
/// <param name="CountIncludePad">Whether padded zeros count in the average, as they do in PyTorch by default.</param>
/// <param name="CeilMode">Whether inputs left over at the end get a window of their own; what it reaches beyond the padding never counts.</param>
public sealed record AvgPool2d(int Kernel, int Stride, int Padding, bool CountIncludePad, bool CeilMode = false) : Pool2d(Kernel, Stride, Padding, CeilMode);

/// <summary>
/// Average pooling to a given size, (C, H, W) → (C, OutHeight, OutWidth): output i averages the inputs
/// ⌊i·H / OutHeight⌋ … ⌈(i + 1)·H / OutHeight⌉ − 1. With 1×1 it is the global average that ends a ResNet.
/// </summary>
/// <param name="OutHeight">Output rows.</param>
/// <param name="OutWidth">Output columns.</param>
public sealed record AdaptiveAvgPool2d(int OutHeight, int OutWidth) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => OutHeight < 1 || OutWidth < 1
        ? throw new ShapeException($"output {OutHeight}×{OutWidth}; both must be at least 1")
        : new(inputs[0].Channels, OutHeight, OutWidth);
}
