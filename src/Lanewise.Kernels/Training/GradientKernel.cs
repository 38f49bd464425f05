namespace Lanewise.Kernels;

/// <summary>What is done to gradients before an optimizer takes them: their sum over the slots, their size, and clipping.</summary>
internal static unsafe class GradientKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the sum of the slots to the first one and zeros to the others; returns the sum of the squares.</summary>
    public static PreciseSum Collect(ReadOnlySpan<LaneMemory> slots, int start, int count)
    {
        GradientSum<L, V>.Collect(slots, start, count);
        return PreciseSum.OfSquares(slots[0].Slice(start, count));
    }

    /// <summary>Multiplies gradients by a factor, in place.</summary>
    public static void Scale(LaneMemory gradients, float factor, int start, int count)
    {
        V scale = L.Create(factor);
        float* g = gradients.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            L.Store(L.Multiply(scale, L.Load(g + i)), g + i);
        }
    }

    /// <summary>Limits gradients to −limit … limit, in place; NaN is kept.</summary>
    public static void Clamp(LaneMemory gradients, float limit, int start, int count)
    {
        V high = L.Create(limit), low = L.Create(-limit);
        float* g = gradients.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            V value = L.Load(g + i);
            V above = L.IfGreater(value, high, high, value);
            L.Store(L.IfGreater(low, value, low, above), g + i);
        }
    }
}
