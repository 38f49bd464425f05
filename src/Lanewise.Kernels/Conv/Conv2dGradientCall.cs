namespace Lanewise.Kernels;

/// <summary>The gradient to the weights of one convolution: the layouts, and the destination that it adds to.</summary>
internal abstract class Conv2dGradientCall
{
    private protected Conv2dGradientCall(Planes input, Planes gradient) => (Input, Gradient) = (input, gradient);

    /// <summary>The algorithm, and what it was chosen from; null for a call that only adds up slots.</summary>
    public Conv2dChoice? Choice { get; init; }

    /// <summary>x, the input of the layer.</summary>
    public Planes Input { get; }

    /// <summary>dy, the gradient to the output of the layer.</summary>
    public Planes Gradient { get; }

    /// <summary>The first float of the packed weight gradients in the gradients' memory.</summary>
    public required int Weights { get; init; }

    /// <summary>How the sums over images are divided.</summary>
    public SlotLayout Slots { get; private protected init; }

    /// <summary>The number of units of work that parts of the call can share.</summary>
    public abstract int Units { get; }

    /// <summary>
    /// The algorithm and the tile of its micro-kernel, outputs × taps, as text: <c>taps 4×6</c>, <c>F(4,3) 4×6</c>; null without one.
    /// </summary>
    public abstract string? Tile { get; }

    /// <summary>The units of work of the transform of input and gradient that precedes the sums; 0 where there is none.</summary>
    public int TransformUnits { get; private protected init; }

    /// <summary>The floats of shared memory that the transformed input and gradient take.</summary>
    public int SharedFloats { get; private protected init; }

    /// <summary>The floats of a thread's scratch memory that a run takes.</summary>
    public int ScratchFloats { get; private protected init; }
}

/// <summary>A direct weight gradient: each group of taps is summed over the pixels that it covers.</summary>
internal sealed class DirectGradientCall : Conv2dGradientCall
{
    /// <summary>The floats of a slot's sums that stay in the second-level cache beside the inputs.</summary>
    private const int SlotFloats = 48 * 1024;

    public DirectGradientCall(TapGroups groups, Planes input, Planes gradient, SlotLayout slots, int group, int weightsPerOutput)
        : base(input, gradient)
    {
        (Groups, Slots, Group, WeightsPerOutput) = (groups, slots, group, weightsPerOutput);
        SlotOutputs = Math.Max(1, SlotFloats / (group * weightsPerOutput)) * group;
        ScratchFloats = slots.Count == 1 ? 0 : checked(slots.Levels * SlotOutputs * weightsPerOutput);
    }

    public TapGroups Groups { get; }

    /// <summary>The floats of one output's packed weights.</summary>
    public int WeightsPerOutput { get; }

    /// <summary>The outputs that are summed slot by slot before the next ones.</summary>
    public int SlotOutputs { get; }

    /// <summary>Input columns between neighbouring output columns.</summary>
    public int InputStep { get; init; }

    /// <summary>Input rows between neighbouring output rows.</summary>
    public int InputRowStep { get; init; }

    /// <summary>The output rows of a band: all weights are updated by a band before the next.</summary>
    public int BandRows { get; init; }

    /// <summary>The outputs that the micro-kernel computes together.</summary>
    public int Group { get; }

    public override int Units => (Gradient.Channels + Group - 1) / Group;

    public override string Tile => $"taps {Group}×{Groups.MaxTaps}";
}
