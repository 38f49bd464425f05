namespace Lanewise.Kernels;

/// <summary>What clips gradients before an optimizer takes them.</summary>
internal static unsafe class GradientKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
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
