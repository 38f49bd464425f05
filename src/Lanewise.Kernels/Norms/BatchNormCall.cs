namespace Lanewise.Kernels;

/// <summary>One batch normalization of a plan: its layouts, and its parameters' offsets in the weights' memory, in floats.</summary>
internal sealed class BatchNormCall
{
    /// <summary>x, the input of the layer.</summary>
    public required Planes Input { get; init; }

    /// <summary>y; in the backward pass the gradient to it.</summary>
    public required Planes Output { get; init; }

    /// <summary>Backward: the gradient to the input.</summary>
    public Planes InputGradient { get; init; }

    /// <summary>Forward: added to y (a shortcut), or null.</summary>
    public Planes? Add { get; init; }

    /// <summary>Forward: whether max(0, ·) is applied to y.</summary>
    public bool ReLU { get; init; }

    /// <summary>Backward: whether to add to the gradient to the input instead of writing it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Backward: whether the gradient to the input is wanted.</summary>
    public bool WantsInput { get; init; } = true;

    /// <summary>The first weight γ; its gradient has the same offset in the gradients' memory.</summary>
    public required int Weight { get; init; }

    /// <summary>The first bias β; its gradient has the same offset in the gradients' memory.</summary>
    public required int Bias { get; init; }

    /// <summary>The first running mean.</summary>
    public required int RunningMean { get; init; }

    /// <summary>The first running variance.</summary>
    public required int RunningVar { get; init; }

    /// <summary>The number of batches tracked.</summary>
    public required int BatchesTracked { get; init; }

    /// <summary>
    /// The first of C batch means, then C values of 1 / √(var + eps), which the forward pass keeps for the backward pass; slot by slot
    /// where each has its own.
    /// </summary>
    public required int Statistics { get; init; }

    /// <summary>How the sums over images are divided.</summary>
    public required SlotLayout Slots { get; init; }

    /// <summary>Whether each slot is normalized by its own statistics.</summary>
    public bool IsPerSlot { get; init; }

    /// <summary>Added to the variance.</summary>
    public required float Eps { get; init; }

    /// <summary>The weight of the batch in the running statistics, as in PyTorch.</summary>
    public required float Momentum { get; init; }
}
