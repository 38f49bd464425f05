using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>A sum over the images of one slot or of several neighbouring ones.</summary>
/// <typeparam name="T">The sum itself.</typeparam>
internal interface ISlotSum<T> where T : struct, ISlotSum<T>
{
    /// <summary>Returns the sum over the images of both, those of <paramref name="left"/> first.</summary>
    static abstract T Merge(in T left, in T right);
}

/// <summary>
/// Adds the sums of slots in the order of an aligned binary tree over their indices, which is the same whoever adds them: slots 2i and
/// 2i + 1 first, then such pairs, and so on. A slot without a neighbour joins unchanged. Slots are added in their order, and as many
/// sums are kept as the count of slots has binary digits of 1.
/// </summary>
/// <typeparam name="T">The sum of a slot.</typeparam>
internal struct SlotTree<T> where T : struct, ISlotSum<T>
{
    private Waiting _waiting;
    private int _depth;
    private int _slots;

    /// <summary>Adds the sum of the next slot.</summary>
    public void Add(in T sum)
    {
        _waiting[_depth++] = sum;
        for (int merges = SlotTree.Merges(_slots++); merges > 0; merges--)
        {
            Join();
        }
    }

    /// <summary>Returns the sum over all slots, of which there is at least one.</summary>
    public T Total()
    {
        while (_depth > 1)
        {
            Join();
        }

        return _waiting[0];
    }

    private void Join()
    {
        _depth--;
        _waiting[_depth - 1] = T.Merge(_waiting[_depth - 1], _waiting[_depth]);
    }

    [InlineArray(SlotTree.MaxLevels)]
    private struct Waiting
    {
        private T _first;
    }
}

/// <summary>The shape of the tree of <see cref="SlotTree{T}"/>, for sums that are kept in memory.</summary>
internal static class SlotTree
{
    /// <summary>The maximum number of slots.</summary>
    public const int MaxSlots = 32;

    /// <summary>The maximum number of sums that wait for a neighbour: log₂ <see cref="MaxSlots"/> + 1.</summary>
    public const int MaxLevels = 6;

    /// <summary>How often the last two waiting sums are added once slot <paramref name="slot"/> has been summed.</summary>
    public static int Merges(int slot) => BitOperations.TrailingZeroCount(~slot);

    /// <summary>The number of sums that wait before slot <paramref name="slot"/> is summed.</summary>
    public static int WaitingBefore(int slot) => BitOperations.PopCount((uint)slot);
}

/// <summary>A sum of floats.</summary>
/// <param name="Value">The sum.</param>
internal readonly record struct FloatSum(float Value) : ISlotSum<FloatSum>
{
    public static FloatSum Merge(in FloatSum left, in FloatSum right) => new(left.Value + right.Value);
}

/// <summary>Two sums of doubles.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
internal readonly record struct PairSum(double First, double Second) : ISlotSum<PairSum>
{
    public static PairSum Merge(in PairSum left, in PairSum right) => new(left.First + right.First, left.Second + right.Second);
}

/// <summary>
/// The number of values, their mean, and the sum of the squares of their distances from it; merged by the formula of Chan, Golub and
/// LeVeque (1979).
/// </summary>
/// <param name="Count">The number of values.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Squares">Σ (x − mean)².</param>
internal readonly record struct Moments(double Count, double Mean, double Squares) : ISlotSum<Moments>
{
    public static Moments Merge(in Moments left, in Moments right)
    {
        double count = left.Count + right.Count, distance = right.Mean - left.Mean;
        return new(
            count,
            left.Mean + distance * (right.Count / count),
            left.Squares + right.Squares + distance * distance * (left.Count * right.Count / count));
    }
}
