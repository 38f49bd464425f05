namespace Lanewise.Kernels;

/// <summary>One pooling of a plan: its windows and layouts.</summary>
internal sealed class PoolCall
{
    /// <summary>Prepares a pooling from <paramref name="input"/> to <paramref name="output"/>.</summary>
    /// <param name="rows">The vertical axis.</param>
    /// <param name="columns">The horizontal axis.</param>
    /// <param name="input">The layer's input, or its gradient in the backward pass.</param>
    /// <param name="output">The layer's output, or its gradient.</param>
    public PoolCall(PoolAxis rows, PoolAxis columns, Planes input, Planes output)
    {
        Rows = rows;
        Columns = columns;
        Input = input;
        Output = output;
    }

    /// <summary>The vertical axis.</summary>
    public PoolAxis Rows { get; }

    /// <summary>The horizontal axis.</summary>
    public PoolAxis Columns { get; }

    /// <summary>The layer's input, or its gradient in the backward pass.</summary>
    public Planes Input { get; }

    /// <summary>The layer's output, or its gradient.</summary>
    public Planes Output { get; }

    /// <summary>Max pooling: the index within its window of each maximum, or −1 where no gradient passes.</summary>
    public Planes? Winner { get; init; }

    /// <summary>Max pooling: whether max(0, ·) is applied to the output.</summary>
    public bool ReLU { get; init; }

    /// <summary>Average pooling: whether padded zeros count as pixels (PyTorch's default).</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>Backward: whether to add to the gradient to the input instead of writing it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>The vectors of a thread's scratch memory that the forward pass takes.</summary>
    public int ScratchVectors => Columns.Reach;

    /// <summary>Whether the inputs of a window are not neighbours.</summary>
    public bool IsDilated => Rows.Dilation > 1 || Columns.Dilation > 1;

    /// <summary>Whether every input lies in exactly one window.</summary>
    public bool IsTiling => Rows.IsTiling && Columns.IsTiling;

    /// <summary>1 / the number of pixels that output (p, q) averages, [p][q].</summary>
    public float[] Scales => field ??= Averages();

    private float[] Averages()
    {
        var scales = new float[Output.Height * Output.Width];
        for (int i = 0; i < scales.Length; i++)
        {
            var (p, q) = Math.DivRem(i, Output.Width);
            scales[i] = 1f / (Pixels(Rows, p) * Pixels(Columns, q));
        }

        return scales;

        int Pixels(PoolAxis axis, int at) => CountIncludePad ? axis.Counted(at) : axis.InputsOf(at);
    }
}
