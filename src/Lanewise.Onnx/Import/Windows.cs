namespace Lanewise.Onnx.Import;

/// <summary>Reads the sliding window of a convolution or pooling: sizes, and the padding that <c>auto_pad</c> stands for.</summary>
internal static class Windows
{
    /// <summary>Returns a size along both axes.</summary>
    public static Size2d Size(OnnxNode node, string attribute) => node.Ints(attribute) switch
    {
        null => new Size2d(1, 1),
        [var height, var width] => new(Extent(height, attribute), Extent(width, attribute)),
        var sizes => throw new NotSupportedException($"its {attribute} has {sizes.Length} numbers; two-dimensional ones are supported"),
    };

    /// <summary>Returns the padding.</summary>
    /// <param name="node">The node.</param>
    /// <param name="x">The shape of its input.</param>
    /// <param name="kernel">The size of the window.</param>
    /// <param name="stride">The step between windows.</param>
    /// <param name="dilation">The step between the inputs of a window.</param>
    public static Padding Padding(OnnxNode node, Shape x, Size2d kernel, Size2d stride, Size2d dilation)
    {
        string auto = node.Text("auto_pad", "NOTSET");
        if (auto is "SAME_UPPER" or "SAME_LOWER")
        {
            var (top, bottom) = Same(x.Height, kernel.Height, stride.Height, dilation.Height, auto);
            var (left, right) = Same(x.Width, kernel.Width, stride.Width, dilation.Width, auto);
            return new(top, left, bottom, right);
        }

        return auto is not ("NOTSET" or "VALID" or "") ? throw new NotSupportedException($"its auto_pad is {Excerpt.Of(auto)}")
            : auto == "VALID" || node.Ints("pads") is not { } pads ? default
            : pads is [var above, var before, var below, var after]
            ? new(Extent(above, "pads", 0), Extent(before, "pads", 0), Extent(below, "pads", 0), Extent(after, "pads", 0))
            : throw new NotSupportedException($"its pads has {pads.Length} numbers; 4 are expected");
    }

    /// <summary>Checks a size or a padding.</summary>
    public static int Extent(long size, string attribute, int min = 1) => size >= min && size <= 4096
        ? (int)size
        : throw new NotSupportedException($"its {attribute} is {size}; {min} to 4096 are supported");

    private static (int Before, int After) Same(int inputs, int kernel, int stride, int dilation, string auto)
    {
        long outputs = (inputs - 1L) / stride + 1;
        int total = (int)Math.Max(0, (outputs - 1) * stride + (kernel - 1L) * dilation + 1 - inputs);
        return auto == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2);
    }
}
