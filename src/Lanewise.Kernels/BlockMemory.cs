using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The three memories that a thread works with while it takes one block of images through the network.</summary>
/// <param name="Activations">The thread's own activations and their gradients, laid out by the plan.</param>
/// <param name="Weights">The packed weights; read only.</param>
/// <param name="Gradients">The packed weight gradients of this block's slot; added to.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockMemory(LaneMemory Activations, LaneMemory Weights, LaneMemory Gradients);
