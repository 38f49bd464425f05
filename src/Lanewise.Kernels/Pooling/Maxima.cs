using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Maxima of windows in two steps, first down the columns, then across the row of these, so that overlapping windows share the maxima of
/// columns. A lane is an image, or a channel in the channel-interleaved layout.
/// </summary>
internal static unsafe class Maxima<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the maximum of each column over a number of rows.</summary>
    public static void Down(float* first, nint pitch, int rows, int columns, float* to)
    {
        for (float* end = to + columns * L.Width; to < end; to += L.Width, first += L.Width)
        {
            L.Store(Of(first, pitch, rows), to);
        }
    }

    /// <summary>
    /// Writes y: the maximum of each window of a row or, to accumulate, of that and the value in y. Also writes the padding on both sides
    /// of the row, where it repeats the first and the last value.
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

    /// <summary>Computes the maximum of count values.</summary>
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
