namespace Lanewise.Graphs;

/// <summary>The arithmetic that convolution and pooling windows share.</summary>
internal static class Window
{
    public static int Outputs(int input, int kernel, int stride, int padding) => (input + 2 * padding - kernel) / stride + 1;

    public static void Check(Shape x, int kernelHeight, int kernelWidth, int stride, int paddingHeight, int paddingWidth)
    {
        if (kernelHeight < 1 || kernelWidth < 1 || stride < 1 || paddingHeight < 0 || paddingWidth < 0)
        {
            throw new ShapeException($"kernel {kernelHeight}×{kernelWidth}, stride {stride}, padding {paddingHeight}×{paddingWidth}: kernel and stride must be at least 1, padding at least 0");
        }

        if (x.Height + 2L * paddingHeight < kernelHeight || x.Width + 2L * paddingWidth < kernelWidth)
        {
            int needed = Math.Max((kernelHeight - x.Height + 1) / 2, (kernelWidth - x.Width + 1) / 2);
            throw new ShapeException($"kernel {kernelHeight}×{kernelWidth} does not fit the {x.Height}×{x.Width} input; use padding: {needed} or a smaller kernel");
        }
    }
}
