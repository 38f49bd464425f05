namespace Lanewise.Kernels;

/// <summary>One channel-by-channel linear function of a plan: its layouts, and its parameters' offsets in the weights' memory.</summary>
internal sealed class ChannelAffineCall
{
    /// <summary>x, the input of the layer.</summary>
    public required Planes Input { get; init; }

    /// <summary>y; in the backward pass the gradient to it.</summary>
    public required Planes Output { get; init; }

    /// <summary>Backward: the gradient to the input.</summary>
    public Planes InputGradient { get; init; }

    /// <summary>Backward: whether to add to the gradient to the input instead of writing it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>The channels of each vector in the channel-interleaved layout; null in the batch-interleaved layout.</summary>
    public ChannelLanes? Lanes { get; init; }

    /// <summary>The first weight, in floats; its gradient has the same offset in the gradients' memory.</summary>
    public required int Weight { get; init; }

    /// <summary>The first bias, in floats, and that of its gradient; negative for none.</summary>
    public required int Bias { get; init; }

    /// <summary>How the sums over images are divided.</summary>
    public required SlotLayout Slots { get; init; }
}
