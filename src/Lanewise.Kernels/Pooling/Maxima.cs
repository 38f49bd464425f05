using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Maxima of windows in two steps, first down the columns, then across the row that this leaves, so that windows that overlap share
/// their columns' maxima.
/// </summary>
internal static unsafe class Maxima<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes to: each column's maximum over some rows.</summary>
    public static void Down(float* first, nint pitch, int rows, int columns, float* to)
    {
        for (float* end = to + columns * L.Width; to < end; to += L.Width, first += L.Width)
        {
            L.Store(Of(first, pitch, rows), to);
        }
    }

    /// <summary>
    /// Writes y: the maximum of each of a row's windows, or, where it accumulate, of that and what y holds. Writes the pixels before and
    /// behind the row too, where it repeats its ends.
    /// </summary>
    public static void Across(PoolAxis axis, float* row, bool accumulate, bool relu, float* y)
    {
        float* first = row - axis.Before * L.Width, last = row + (axis.Inputs - 1) * L.Width;
        for (int i = 1; i <= axis.Before; i++)
        {
            L.Store(L.Load(row), row - i * L.Width);
        }

        for (int i = 1; i <= axis.After; i++)
        {
            L.Store(L.Load(last), last + i * L.Width);
        }

        nint stride = axis.Stride * L.Width;
        int kernel = axis.Kernel;
        for (float* end = y + axis.Outputs * L.Width; y < end; y += L.Width, first += stride)
        {
            V best = Of(first, L.Width, kernel);
            best = accumulate ? L.Max(L.Load(y), best) : best;
            L.Store(relu ? L.Max(L.Zero, best) : best, y);
        }
    }

    /// <summary>The maximum of so many values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of(float* first, nint step, int count)
    {
        V best = L.Load(first);
        for (; count > 1; count--)
        {
            first += step;
            best = L.Max(best, L.Load(first));
        }

        return best;
    }
}
