namespace Lanewise.Kernels;

/// <summary>The exponential moving average of the weights, float by float; a lane is a weight.</summary>
internal static unsafe class WeightAverageKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>a += rest · (w − a): a weight that does not change is its own average, exactly. Writes a.</summary>
    public static void Run(LaneMemory weights, LaneMemory average, float rest, int start, int count)
    {
        V factor = L.Create(rest), negative = L.Create(-1);
        float* w = weights.Pointer + start, a = average.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            V old = L.Load(a + i);
            L.Store(L.Fma(factor, L.Fma(negative, old, L.Load(w + i)), old), a + i);
        }
    }
}
