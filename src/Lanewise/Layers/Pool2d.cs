using Lanewise.Graphs;

namespace Lanewise.Layers;

/// <summary>The pooling layers.</summary>
public static class Pool2dLayers
{
    /// <summary>Adds max pooling, (C, H, W) → (C, P, Q); the stride is the kernel's side unless given.</summary>
    /// <param name="x">The input.</param>
    /// <param name="kernelSize">The square window's side.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Rows and columns around the image, which never win.</param>
    /// <param name="ceilMode">Whether inputs left over at the end get a window of their own.</param>
    /// <exception cref="LanewiseException">The window does not fit the input, or the padding is more than half of it.</exception>
    public static SymbolicTensor MaxPool2d(this SymbolicTensor x, int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false) =>
        x.Then(new MaxPool2d(kernelSize, stride ?? kernelSize, padding, ceilMode));

    /// <summary>Adds average pooling, (C, H, W) → (C, P, Q); the stride is the kernel's side unless given.</summary>
    /// <param name="x">The input.</param>
    /// <param name="kernelSize">The square window's side.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Zero rows and columns around the image.</param>
    /// <param name="countIncludePad">Whether those zeros count in the average.</param>
    /// <param name="ceilMode">Whether inputs left over at the end get a window of their own.</param>
    /// <exception cref="LanewiseException">The window does not fit the input, or the padding is more than half of it.</exception>
    public static SymbolicTensor AvgPool2d(this SymbolicTensor x, int kernelSize, int? stride = null, int padding = 0, bool countIncludePad = true, bool ceilMode = false) =>
        x.Then(new AvgPool2d(kernelSize, stride ?? kernelSize, padding, countIncludePad, ceilMode));

    /// <summary>Adds average pooling to a given size, (C, H, W) → (C, outHeight, outWidth); without sizes the global average, (C, 1, 1).</summary>
    public static SymbolicTensor AdaptiveAvgPool2d(this SymbolicTensor x, int outHeight = 1, int outWidth = 1) =>
        x.Then(new AdaptiveAvgPool2d(outHeight, outWidth));
}
