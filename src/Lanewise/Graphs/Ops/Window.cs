using System.Runtime.InteropServices;
using Lanewise.Kernels;

namespace Lanewise;

/// <summary>The sliding window of a convolution or pooling.</summary>
/// <param name="KernelSize">Its height and width.</param>
/// <param name="Stride">The step from output to output.</param>
/// <param name="Padding">Rows and columns around the image.</param>
/// <param name="Dilation">The step from one of the window's inputs to the next.</param>
/// <param name="CeilMode">Whether inputs left over at the end get an output of their own.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Window(Size2d KernelSize, Size2d Stride, Padding Padding, Size2d Dilation, bool CeilMode)
{
    /// <summary>The vertical axis in the kernels' terms.</summary>
    internal ConvAxis Rows => new(KernelSize.Height, Stride.Height, Padding.Top, Padding.Bottom, Dilation.Height, CeilMode);

    /// <summary>The horizontal axis.</summary>
    internal ConvAxis Columns => new(KernelSize.Width, Stride.Width, Padding.Left, Padding.Right, Dilation.Width, CeilMode);

    /// <summary>
    /// The number of outputs per axis: ⌊(H + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, or ⌈…⌉ + 1 in ceil mode.
    /// </summary>
    /// <exception cref="ShapeException">A size is out of range, or the window does not fit the input.</exception>
    internal Size2d Outputs(Shape x)
    {
        var (rows, columns) = (Rows, Columns);
        string kernel = $"kernel {KernelSize.Height}×{KernelSize.Width}";
        if (KernelSize.Min < 1 || Stride.Min < 1 || Dilation.Min < 1 || Padding.Min < 0)
        {
            throw new ShapeException(
                $"{kernel}, stride {Stride}, dilation {Dilation}, padding {Padding}: "
                + "kernel, stride and dilation must be at least 1, padding at least 0");
        }

        var outputs = new Size2d(rows.Outputs(x.Height), columns.Outputs(x.Width));
        if (Math.Min(outputs.Height, outputs.Width) < 1)
        {
            long missing = Math.Max(rows.Span - x.Height, columns.Span - x.Width);
            string dilated = Dilation == 1 ? "" : $" with dilation {Dilation}";
            throw new ShapeException(
                $"{kernel}{dilated} does not fit the {x.Height}×{x.Width} input; use padding: {(missing + 1) / 2} or a smaller kernel");
        }

        return outputs;
    }
}
