namespace Lanewise.Kernels;

/// <summary>
/// Sums of slots that are kept in memory, each of the same number of floats: the kernel writes the sum of one slot after the other to
/// <see cref="Next"/>, and they are added in the order of <see cref="SlotTree{T}"/>.
/// </summary>
/// <param name="memory">The memory, for as many sums as <see cref="SlotLayout.Levels"/>.</param>
/// <param name="length">The floats of a sum.</param>
internal unsafe ref struct SlotBuffers<L, V>(float* memory, int length)
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private int _depth;
    private int _slots;

    /// <summary>The floats of the next slot's sum; what they hold before is arbitrary.</summary>
    public readonly float* Next => memory + (nint)_depth * length;

    /// <summary>The sum over all slots, after <see cref="Complete"/>.</summary>
    public readonly float* Total => memory;

    /// <summary>Takes the sum that was written to <see cref="Next"/>.</summary>
    public void Add()
    {
        _depth++;
        for (int merges = SlotTree.Merges(_slots++); merges > 0; merges--)
        {
            Join();
        }
    }

    /// <summary>Adds the sums that still wait; the result is at <see cref="Total"/>.</summary>
    public void Complete()
    {
        while (_depth > 1)
        {
            Join();
        }
    }

    private void Join()
    {
        _depth--;
        float* left = memory + (nint)(_depth - 1) * length, right = left + length;
        Accumulate(right, left, length);
    }

    /// <summary>to += from.</summary>
    public static void Accumulate(float* from, float* to, int length)
    {
        int i = 0;
        for (; i + L.Width <= length; i += L.Width)
        {
            L.Store(L.Add(L.Load(to + i), L.Load(from + i)), to + i);
        }

        for (; i < length; i++)
        {
            to[i] += from[i];
        }
    }
}
