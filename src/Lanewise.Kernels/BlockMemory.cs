using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The memories that a kernel works with on one block of images, and which images they are.</summary>
/// <param name="Activations">The block's activations and their gradients, laid out by the plan.</param>
/// <param name="Weights">The packed weights; behind them running statistics, and what batch norm keeps for its gradient.</param>
/// <param name="Gradients">The packed weight gradients of this block's slot; added to.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BlockMemory(LaneMemory Activations, LaneMemory Weights, LaneMemory Gradients)
{
    /// <summary>The running thread's own memory, which holds nothing between two calls.</summary>
    public LaneMemory Scratch { get; init; } = LaneMemory.Empty;

    /// <summary>Memory of all threads that work on the same layer, which holds nothing between two layers.</summary>
    public LaneMemory Shared { get; init; } = LaneMemory.Empty;

    /// <summary>The place in the batch of the block's first image.</summary>
    public int First { get; init; }

    /// <summary>Images in the block; the lanes behind them are empty and hold anything.</summary>
    public int Images { get; init; }

    /// <summary>The number of the training step, which decides what dropout drops.</summary>
    public long Step { get; init; }
}
