namespace Lanewise.Kernels;

/// <summary>One batch normalisation of a plan: its layouts, and where its values lie in the weights' memory.</summary>
internal sealed class BatchNormCall
{
    /// <summary>x, the layer's input.</summary>
    public required Planes Input { get; init; }

    /// <summary>y; in the backward pass the gradient to it.</summary>
    public required Planes Output { get; init; }

    /// <summary>Backward: the gradient to the input.</summary>
    public Planes InputGradient { get; init; }

    /// <summary>Forward: added to y (a shortcut), or null.</summary>
    public Planes? Add { get; init; }

    /// <summary>Forward: whether max(0, ·) ends it.</summary>
    public bool ReLU { get; init; }

    /// <summary>Backward: adds to the input's gradient instead of writing it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Backward: whether the gradient to the input is wanted.</summary>
    public bool WantsInput { get; init; } = true;

    /// <summary>Where the weights γ begin, in floats of the weights' memory; their gradients begin there in the gradients' memory.</summary>
    public required int Weight { get; init; }

    /// <summary>Where the biases β begin.</summary>
    public required int Bias { get; init; }

    /// <summary>Where the running means begin.</summary>
    public required int RunningMean { get; init; }

    /// <summary>Where the running variances begin.</summary>
    public required int RunningVar { get; init; }

    /// <summary>Where the number of batches stands.</summary>
    public required int BatchesTracked { get; init; }

    /// <summary>Where the batch's means, and behind them 1 / √(var + eps), are kept for the backward pass.</summary>
    public required int Statistics { get; init; }

    /// <summary>Added to the variance.</summary>
    public required float Eps { get; init; }

    /// <summary>The batch's share in the running statistics.</summary>
    public required float Momentum { get; init; }
}
