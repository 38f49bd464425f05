using Lanewise.Kernels;

namespace Lanewise.Graphs;

/// <summary>The windows of convolution and pooling, in the kernels' words.</summary>
internal static class Window
{
    public static ConvAxis Rows(Conv2d op) => new(op.KernelHeight, op.Stride, op.Padding.Top, op.Padding.Bottom, op.Dilation);

    public static ConvAxis Columns(Conv2d op) => new(op.KernelWidth, op.Stride, op.Padding.Left, op.Padding.Right, op.Dilation);

    public static ConvAxis Axis(Pool2d op) => new(op.Kernel, op.Stride, op.Padding, op.Padding, Ceil: op.CeilMode);

    public static void Check(Shape x, ConvAxis rows, ConvAxis columns)
    {
        string kernel = $"kernel {rows.Kernel}×{columns.Kernel}";
        if (Math.Min(rows.Kernel, columns.Kernel) < 1 || rows.Stride < 1 || rows.Dilation < 1
            || Math.Min(Math.Min(rows.Padding, rows.PaddingAfter), Math.Min(columns.Padding, columns.PaddingAfter)) < 0)
        {
            throw new ShapeException($"{kernel}, stride {rows.Stride}, dilation {rows.Dilation}, padding {new Padding(rows.Padding, columns.Padding, rows.PaddingAfter, columns.PaddingAfter)}: kernel, stride and dilation must be at least 1, padding at least 0");
        }

        if (rows.Outputs(x.Height) < 1 || columns.Outputs(x.Width) < 1)
        {
            long missing = Math.Max(rows.Span - x.Height, columns.Span - x.Width);
            string dilated = rows.Dilation > 1 ? $" with dilation {rows.Dilation}" : "";
            throw new ShapeException($"{kernel}{dilated} does not fit the {x.Height}×{x.Width} input; use padding: {(missing + 1) / 2} or a smaller kernel");
        }
    }
}
