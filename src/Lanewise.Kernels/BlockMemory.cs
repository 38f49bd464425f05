using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The memories of one block of images that a kernel call works on, and which images of the batch they hold.</summary>
/// <param name="Activations">Activations of the block and the gradients to them, laid out by the plan.</param>
/// <param name="Weights">Packed weights, then running statistics, then the batch statistics that batch norm keeps for its gradient.</param>
/// <param name="Gradients">Packed weight gradients of this block's slot; kernels add to them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BlockMemory(LaneMemory Activations, LaneMemory Weights, LaneMemory Gradients)
{
    /// <summary>The gradients of the slot of the upper half of the lanes, where a block has images of two slots; else null.</summary>
    public LaneMemory? UpperGradients { get; init; }

    /// <summary>The distance from the gradients to those of the upper half of the lanes, in floats; 0 within one slot.</summary>
    public unsafe nint Half => UpperGradients is null ? 0 : (nint)(UpperGradients.Pointer - Gradients.Pointer);

    /// <summary>Working memory of the running thread; its contents do not outlive a call.</summary>
    public LaneMemory Scratch { get; init; } = LaneMemory.Empty;

    /// <summary>Working memory that the threads of one layer share; its contents do not outlive the layer.</summary>
    public LaneMemory Shared { get; init; } = LaneMemory.Empty;

    /// <summary>The index in the batch of the block's first image.</summary>
    public int First { get; init; }

    /// <summary>The place in the training step of the block's first image, an input of the dropout mask.</summary>
    public int Place { get; init; }

    /// <summary>The number of images in the block; the remaining lanes hold arbitrary values.</summary>
    public int Images { get; init; }

    /// <summary>The training step, an input of the dropout mask.</summary>
    public long Step { get; init; }
}
