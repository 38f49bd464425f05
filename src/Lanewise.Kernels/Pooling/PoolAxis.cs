namespace Lanewise.Kernels;

/// <summary>One axis of a pooling: which inputs each output looks at, cut at the image's edges.</summary>
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
            // No output looks at an input that the stride leaves out.
            _coveringWindows[i] = first < 0 || last < first ? (0, 0) : (first, last + 1);
        }

        IsTiling = _coveringWindows.All(w => w.End - w.First == 1);
        MaxWindow = windows.Max(w => w.End - w.First);
    }

    /// <summary>The number of outputs.</summary>
    public int Outputs => _windows.Length;

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>Inputs of a window, those outside the image included; 0 where windows differ.</summary>
    public int Kernel { get; private init; }

    /// <summary>Inputs from one window to the next.</summary>
    public int Stride { get; private init; }

    /// <summary>How many inputs before the first the first window begins.</summary>
    public int Before { get; private init; }

    /// <summary>How many inputs behind the last the last window ends; negative where some are left over.</summary>
    public int After => (Outputs - 1) * Stride + Kernel - Before - Inputs;

    /// <summary>Inputs, with those outside the image.</summary>
    public int Reach => Before + Inputs + Math.Max(After, 0);

    /// <summary>Whether neighbouring windows share inputs.</summary>
    public bool Overlaps => Kernel > Stride;

    /// <summary>The most inputs in a window.</summary>
    public int MaxWindow { get; }

    /// <summary>Whether every input lies in exactly one window.</summary>
    public bool IsTiling { get; }

    /// <summary>A pooling with a kernel, a stride and padding.</summary>
    /// <param name="axis">These.</param>
    /// <param name="inputs">Inputs along the axis.</param>
    public static PoolAxis Of(ConvAxis axis, int inputs)
    {
        var windows = new (int, int)[axis.Outputs(inputs)];
        int[] counted = new int[windows.Length];
        for (int i = 0; i < windows.Length; i++)
        {
            int start = i * axis.Stride - axis.Padding;
            windows[i] = (Math.Max(start, 0), Math.Min(start + axis.Kernel, inputs));
            counted[i] = Math.Min(start + axis.Kernel, inputs + axis.PaddingAfter) - start;
        }

        return new(inputs, windows, counted) { Kernel = axis.Kernel, Stride = axis.Stride, Before = axis.Padding };
    }

    /// <summary>A pooling to a given size: output i looks at inputs ⌊i·inputs / outputs⌋ … ⌈(i + 1)·inputs / outputs⌉ − 1.</summary>
    /// <param name="inputs">Inputs along the axis.</param>
    /// <param name="outputs">Outputs along it.</param>
    public static PoolAxis Adaptive(int inputs, int outputs)
    {
        var windows = new (int First, int End)[outputs];
        for (int i = 0; i < outputs; i++)
        {
            windows[i] = ((int)((long)i * inputs / outputs), (int)(((i + 1L) * inputs + outputs - 1) / outputs));
        }

        return new(inputs, windows, [.. windows.Select(w => w.End - w.First)]);
    }

    /// <summary>The inputs from First to End − 1 that output i looks at.</summary>
    public (int First, int End) Window(int i) => _windows[i];

    /// <summary>The outputs from First to End − 1 that look at input i.</summary>
    public (int First, int End) CoveringWindows(int i) => _coveringWindows[i];

    /// <summary>How many values output i averages over when the padding counts.</summary>
    public int Counted(int i) => _counted[i];
}
