namespace Lanewise.Kernels;

/// <summary>The sum of the gradients of all slots, added as <see cref="SlotTree{T}"/> does.</summary>
internal static unsafe class GradientSum<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// Writes the sum of the slots to the first one, and zeros to the others: <paramref name="count"/> floats, a multiple of the lane
    /// width, from <paramref name="start"/> on.
    /// </summary>
    public static void Collect(ReadOnlySpan<LaneMemory> slots, int start, int count)
    {
        // Two levels of the tree at a time.
        for (int stride = 1; stride < slots.Length; stride *= 4)
        {
            for (int i = 0; i + stride < slots.Length; i += 4 * stride)
            {
                float* a = slots[i].Pointer + start, b = slots[i + stride].Pointer + start;
                float* c = i + 2 * stride < slots.Length ? slots[i + 2 * stride].Pointer + start : null;
                float* d = i + 3 * stride < slots.Length ? slots[i + 3 * stride].Pointer + start : null;
                Add(a, b, c, d, count);
            }
        }
    }

    /// <summary>a = (a + b) + (c + d), and zeros to b, c and d; without d, c stands alone.</summary>
    private static void Add(float* a, float* b, float* c, float* d, int count)
    {
        for (int i = 0; i < count; i += L.Width)
        {
            V sum = L.Add(L.Load(a + i), Take(b + i));
            if (c != null)
            {
                sum = L.Add(sum, d == null ? Take(c + i) : L.Add(Take(c + i), Take(d + i)));
            }

            L.Store(sum, a + i);
        }
    }

    /// <summary>Reads a vector and writes zeros in its place.</summary>
    public static V Take(float* at)
    {
        V gradient = L.Load(at);
        L.Store(L.Zero, at);
        return gradient;
    }
}
