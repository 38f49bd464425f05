namespace Lanewise.Kernels;

/// <summary>One axis of a pooling: the window of inputs of each output, clipped at the edges of the image.</summary>
internal sealed class PoolAxis
{
    private readonly (int First, int End)[] _windows;
    private readonly (int First, int End)[] _coveringWindows;
    private readonly int[] _counted;

    private PoolAxis(int inputs, (int First, int End)[] windows, int[] counted)
    {
        Inputs = inputs;
        _windows = windows;
        _counted = counted;
        _coveringWindows = new (int, int)[inputs];
        for (int i = 0; i < inputs; i++)
        {
            int first = Array.FindIndex(windows, w => w.End > i), last = Array.FindLastIndex(windows, w => w.First <= i);
            // An input that the stride skips lies in no window.
            _coveringWindows[i] = first < 0 || last < first ? (0, 0) : (first, last + 1);
        }

        IsTiling = _coveringWindows.All(w => w.End - w.First == 1);
        MaxWindow = windows.Max(w => w.End - w.First);
    }

    /// <summary>The number of outputs.</summary>
    public int Outputs => _windows.Length;

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The size of a window before clipping; 0 for adaptive windows.</summary>
    public int Kernel { get; private init; }

    /// <summary>The step between windows, in inputs.</summary>
    public int Stride { get; private init; }

    /// <summary>The step from one input of a window to the next.</summary>
    public int Dilation { get; private init; } = 1;

    /// <summary>The padding before the first input.</summary>
    public int Before { get; private init; }

    /// <summary>The distance by which the last window exceeds the last input; negative where inputs are left over.</summary>
    public int After => (Outputs - 1) * Stride + (Kernel - 1) * Dilation + 1 - Before - Inputs;

    /// <summary>The inputs plus the padding that windows cover.</summary>
    public int Reach => Before + Inputs + Math.Max(After, 0);

    /// <summary>Whether windows overlap.</summary>
    public bool Overlaps => Kernel > Stride;

    /// <summary>The inputs of the largest window.</summary>
    public int MaxWindow { get; }

    /// <summary>Whether every input lies in exactly one window.</summary>
    public bool IsTiling { get; }

    /// <summary>Gets the windows of a kernel size, a stride and padding.</summary>
    /// <param name="axis">Kernel size, stride, padding, dilation, ceil mode; each window contains an input.</param>
    /// <param name="inputs">The number of inputs.</param>
    public static PoolAxis Of(ConvAxis axis, int inputs)
    {
        var windows = new (int, int)[axis.Outputs(inputs)];
        int[] counted = new int[windows.Length];
        for (int i = 0; i < windows.Length; i++)
        {
            var (first, end) = axis.Window(i, inputs);
            windows[i] = (first, end);
            int start = i * axis.Stride - axis.Padding, padded = inputs + axis.PaddingAfter - start;
            counted[i] = Math.Min(axis.Kernel, (padded + axis.Dilation - 1) / axis.Dilation);
        }

        return new(inputs, windows, counted)
        {
            Kernel = axis.Kernel,
            Stride = axis.Stride,
            Dilation = axis.Dilation,
            Before = axis.Padding,
        };
    }

    /// <summary>
    /// Gets the windows of an adaptive pooling: output i covers the inputs ⌊i·inputs / outputs⌋ … ⌈(i + 1)·inputs / outputs⌉ − 1.
    /// </summary>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="outputs">The number of outputs.</param>
    public static PoolAxis Adaptive(int inputs, int outputs)
    {
        var windows = new (int First, int End)[outputs];
        for (int i = 0; i < outputs; i++)
        {
            windows[i] = ((int)((long)i * inputs / outputs), (int)(((i + 1L) * inputs + outputs - 1) / outputs));
        }

        return new(inputs, windows, [.. windows.Select(w => w.End - w.First)]);
    }

    /// <summary>Gets the window of output i: the inputs First … End − 1; dilated: every Dilation-th of them.</summary>
    public (int First, int End) Window(int i) => _windows[i];

    /// <summary>Gets the number of inputs in the window of output i.</summary>
    public int InputsOf(int i) => (_windows[i].End - _windows[i].First - 1) / Dilation + 1;

    /// <summary>Gets the outputs First … End − 1 whose windows cover input i, or, dilated, may contain it.</summary>
    public (int First, int End) CoveringWindows(int i) => _coveringWindows[i];

    /// <summary>Gets the number of values that output i averages when padding counts.</summary>
    public int Counted(int i) => _counted[i];
}
