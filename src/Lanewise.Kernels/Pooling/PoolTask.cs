namespace Lanewise.Kernels;

/// <summary>A pooling layer's windows, cut at the picture's edges, and its layouts.</summary>
public sealed class PoolTask
{
    /// <summary>Prepares a pooling from <paramref name="input"/> to <paramref name="output"/>.</summary>
    /// <param name="rows">The vertical axis.</param>
    /// <param name="columns">The horizontal axis.</param>
    /// <param name="input">The layer's input, or its gradient in the backward pass.</param>
    /// <param name="output">The layer's output, or its gradient.</param>
    public PoolTask(ConvAxis rows, ConvAxis columns, Planes input, Planes output)
    {
        Rows = rows;
        Columns = columns;
        Input = input;
        Output = output;
        Exact = Tiles(rows, input.Height, output.Height) && Tiles(columns, input.Width, output.Width);
    }

    /// <summary>The vertical axis: kernel, stride, padding.</summary>
    public ConvAxis Rows { get; }

    /// <summary>The horizontal axis.</summary>
    public ConvAxis Columns { get; }

    /// <summary>The layer's input, or its gradient in the backward pass.</summary>
    public Planes Input { get; }

    /// <summary>The layer's output, or its gradient.</summary>
    public Planes Output { get; }

    /// <summary>Max pooling: which position of its window each output came from, or −1 where no gradient passes.</summary>
    public Planes? Winner { get; init; }

    /// <summary>Max pooling: whether max(0, ·) follows.</summary>
    public bool ReLU { get; init; }

    /// <summary>Average pooling: whether padded zeros count as pixels (PyTorch's default).</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>Backward: adds to the input's gradient instead of writing it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Whether every input lies in exactly one window.</summary>
    internal bool Exact { get; }

    /// <summary>1 / the number of pixels that output (p, q) averages over, [p][q].</summary>
    internal float[] Scales => field ??= Averages();

    /// <summary>The inputs from First to End − 1 that output i looks at.</summary>
    internal static (int First, int End) Window(ConvAxis axis, int i, int inputs)
    {
        int start = i * axis.Stride - axis.Padding;
        return (Math.Max(start, 0), Math.Min(start + axis.Kernel, inputs));
    }

    /// <summary>The outputs from First to End − 1 that look at input i.</summary>
    internal static (int First, int End) Watchers(ConvAxis axis, int i, int outputs)
    {
        int last = (i + axis.Padding) / axis.Stride;
        int before = i + axis.Padding - axis.Kernel;
        int first = before < 0 ? 0 : before / axis.Stride + 1;
        return (first, Math.Min(last + 1, outputs));
    }

    private float[] Averages()
    {
        var scales = new float[Output.Height * Output.Width];
        for (int p = 0; p < Output.Height; p++)
        {
            var (top, bottom) = CountIncludePad ? (0, Rows.Kernel) : Window(Rows, p, Input.Height);
            for (int q = 0; q < Output.Width; q++)
            {
                var (left, right) = CountIncludePad ? (0, Columns.Kernel) : Window(Columns, q, Input.Width);
                scales[p * Output.Width + q] = 1f / ((bottom - top) * (right - left));
            }
        }

        return scales;
    }

    private static bool Tiles(ConvAxis axis, int inputs, int outputs) =>
        axis.Padding == 0 && axis.Kernel == axis.Stride && outputs * axis.Stride == inputs;
}
