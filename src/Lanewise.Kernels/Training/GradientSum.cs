using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

internal static unsafe class GradientSum<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The gradient at <paramref name="at"/>, Σ over slots in their order. Zeroes it in the slots for the next step.</summary>
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
