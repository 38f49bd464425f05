using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>The sum of the gradients of all slots, always in the same order, so that the result does not depend on the threads.</summary>
internal static unsafe class GradientSum<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// Computes Σ over the slots, in their order, of the gradients at <paramref name="at"/>. Writes zeros there for the next step.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take(ReadOnlySpan<LaneMemory> slots, int at)
    {
        V gradient = L.Zero;
        foreach (var slot in slots)
        {
            float* part = slot.Pointer + at;
            gradient = L.Add(gradient, L.Load(part));
            L.Store(L.Zero, part);
        }

        return gradient;
    }
}
