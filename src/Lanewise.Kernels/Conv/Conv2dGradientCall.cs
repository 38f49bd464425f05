namespace Lanewise.Kernels;

/// <summary>The gradient to the weights and the bias of one convolution: the layouts, and the destinations that it adds to.</summary>
internal abstract class Conv2dGradientCall
{
    private protected Conv2dGradientCall(Planes input, Planes gradient) => (Input, Gradient) = (input, gradient);

    /// <summary>x, the input of the layer.</summary>
    public Planes Input { get; }

    /// <summary>dy, the gradient to the output of the layer.</summary>
    public Planes Gradient { get; }

    /// <summary>The first float of the packed weight gradients in the gradients' memory.</summary>
    public required int Weights { get; init; }

    /// <summary>The first float of the bias gradients; negative when there is no bias.</summary>
    public required int Bias { get; init; }

    /// <summary>The number of units of work that parts of the call can share.</summary>
    public abstract int Units { get; }

    /// <summary>The algorithm and the tile of its micro-kernel, outputs × taps, as text: <c>taps 4×6</c>, <c>F(4,3) 4×6</c>.</summary>
    public abstract string Tile { get; }

    /// <summary>The units of work of the transform of input and gradient that precedes the sums; 0 where there is none.</summary>
    public int TransformUnits { get; private protected init; }

    /// <summary>The floats of shared memory that the transformed input and gradient take.</summary>
    public int SharedFloats { get; private protected init; }

    /// <summary>The floats of a thread's scratch memory that a run takes.</summary>
    public int ScratchFloats { get; private protected init; }
}

/// <summary>A direct weight gradient: each group of taps is summed over the pixels that it covers.</summary>
internal sealed class DirectGradientCall(TapGroups groups, Planes input, Planes gradient) : Conv2dGradientCall(input, gradient)
{
    public TapGroups Groups { get; } = groups;

    /// <summary>The floats of one output's packed weights.</summary>
    public int WeightsPerOutput { get; init; }

    /// <summary>Input columns between neighbouring output columns.</summary>
    public int InputStep { get; init; }

    /// <summary>Input rows between neighbouring output rows.</summary>
    public int InputRowStep { get; init; }

    /// <summary>The output rows of a band: all weights are updated by a band before the next.</summary>
    public int BandRows { get; init; }

    /// <summary>The outputs that the micro-kernel computes together.</summary>
    public int Group { get; init; }

    public override int Units => (Gradient.Channels + Group - 1) / Group;

    public override string Tile => $"taps {Group}×{Groups.MaxTaps}";
}
