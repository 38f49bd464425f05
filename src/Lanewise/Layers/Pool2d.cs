namespace Lanewise;

/// <summary>The pooling layers.</summary>
public static class Pool2dLayers
{
    /// <summary>Adds max pooling, (N, C, H, W) → (N, C, P, Q). Sizes per axis are given as (height, width).</summary>
    /// <param name="x">The input.</param>
    /// <param name="kernelSize">Window height and width.</param>
    /// <param name="stride">Step between windows; the kernel size by default.</param>
    /// <param name="padding">Rows and columns around the image, which are never the maximum.</param>
    /// <param name="ceilMode">Whether inputs left over at the end get a window of their own.</param>
    /// <param name="dilation">Step between the inputs of one window; 1 by default.</param>
    /// <exception cref="LanewiseException">The window does not fit the input, or a window contains only padding.</exception>
    public static SymbolicTensor MaxPool2d(
        this SymbolicTensor x,
        Size2d kernelSize,
        Size2d? stride = null,
        Padding padding = default,
        bool ceilMode = false,
        Size2d? dilation = null) =>
        x.Then(new MaxPool2d(kernelSize, stride ?? kernelSize, padding, ceilMode) { Dilation = dilation ?? 1 });

    /// <summary>Adds average pooling, (N, C, H, W) → (N, C, P, Q). Sizes per axis are given as (height, width).</summary>
    /// <param name="x">The input.</param>
    /// <param name="kernelSize">Window height and width.</param>
    /// <param name="stride">Step between windows; the kernel size by default.</param>
    /// <param name="padding">Zero rows and columns around the image.</param>
    /// <param name="countIncludePad">Whether those zeros count in the average.</param>
    /// <param name="ceilMode">Whether inputs left over at the end get a window of their own.</param>
    /// <param name="dilation">Step between the inputs of one window; 1 by default.</param>
    /// <exception cref="LanewiseException">The window does not fit the input, or a window contains only padding.</exception>
    public static SymbolicTensor AvgPool2d(
        this SymbolicTensor x,
        Size2d kernelSize,
        Size2d? stride = null,
        Padding padding = default,
        bool countIncludePad = true,
        bool ceilMode = false,
        Size2d? dilation = null) =>
        x.Then(new AvgPool2d(kernelSize, stride ?? kernelSize, padding, countIncludePad, ceilMode) { Dilation = dilation ?? 1 });

    /// <summary>Adds average pooling to a given size, (N, C, H, W) → (N, C, P, Q).</summary>
    /// <param name="x">The input.</param>
    /// <param name="outputSize">P and Q; 1 by default: global average pooling.</param>
    /// <exception cref="LanewiseException">A size is below 1.</exception>
    public static SymbolicTensor AdaptiveAvgPool2d(this SymbolicTensor x, Size2d? outputSize = null) =>
        x.Then(new AdaptiveAvgPool2d(outputSize ?? 1));
}
