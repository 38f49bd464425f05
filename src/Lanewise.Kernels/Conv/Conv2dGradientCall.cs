namespace Lanewise.Kernels;

/// <summary>One convolution's weight and bias gradient: its layouts, and where the sums are added.</summary>
internal abstract class Conv2dGradientCall
{
    private protected Conv2dGradientCall(Planes input, Planes gradient) => (Input, Gradient) = (input, gradient);

    /// <summary>The layer's input.</summary>
    public Planes Input { get; }

    /// <summary>The loss's gradient to the layer's output.</summary>
    public Planes Gradient { get; }

    /// <summary>Where the packed weight gradients begin, in floats of the gradients' memory.</summary>
    public required int Weights { get; init; }

    /// <summary>Where the bias gradients begin; negative when there is no bias.</summary>
    public required int Bias { get; init; }

    /// <summary>The most parts that the call can be shared in.</summary>
    public abstract int Units { get; }

    /// <summary>The algorithm and its micro-kernel's tile, outputs × taps, for a person to read: <c>taps 4×6</c>, <c>F(4,3) 4×6</c>.</summary>
    public abstract string Tile { get; }

    /// <summary>The most parts that transforming input and gradient beforehand can be shared in; 0 where they are read as they are.</summary>
    public int TransformUnits { get; private protected init; }

    /// <summary>Floats of memory that all threads share and that the transformed ones take.</summary>
    public int SharedFloats { get; private protected init; }

    /// <summary>Floats of a thread's own memory that running it takes.</summary>
    public int ScratchFloats { get; private protected init; }
}

/// <summary>A weight gradient as groups of taps.</summary>
internal sealed class DirectGradientCall(TapGroups groups, Planes input, Planes gradient) : Conv2dGradientCall(input, gradient)
{
    public TapGroups Groups { get; } = groups;

    /// <summary>From one output to the next, in packed weights.</summary>
    public int WeightsPerOutput { get; init; }

    public int InputStep { get; init; }

    public int InputRowStep { get; init; }

    /// <summary>Output rows that run through all weights before the next rows do.</summary>
    public int BandRows { get; init; }

    public int Group { get; init; }

    public override int Units => (Gradient.Channels + Group - 1) / Group;

    public override string Tile => $"taps {Group}×{Groups.MaxTaps}";
}
