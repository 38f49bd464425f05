using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Winograd's transform F(2,3): four inputs yield two outputs of a 3-tap filter, from products at the points 0, 1, −1 and ∞. Saves fewer
/// products than <see cref="SixPoints{L, V}"/> and loses hardly any precision; small images fill its tiles better, and there are fewer
/// weights.
/// </summary>
internal readonly unsafe struct FourPoints<L, V> : IWinogradTransform<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    public static int Side => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(float* from, nint step, float* to, nint toStep) =>
        Input(L.Load(from), L.Load(from + step), L.Load(from + 2 * step), L.Load(from + 3 * step), to, toStep);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(float* from, nint step, int first, int end, float* to, nint toStep)
    {
        Input(Row(0), Row(1), Row(2), Row(3), to, toStep);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        V Row(int i) => i >= first && i < end ? L.Load(from + i * step) : L.Zero;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* from, nint step, float* to, nint toStep, int outputs, V min)
    {
        V m1 = L.Load(from + step), m2 = L.Load(from + 2 * step);
        L.Store(L.Max(min, L.Add(L.Load(from), L.Add(m1, m2))), to);
        L.Store(L.Max(min, L.Add(L.Subtract(m1, m2), L.Load(from + 3 * step))), to + toStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter(float* from, nint step, float* to, nint toStep, int taps)
    {
        V w0 = L.Load(from), w1 = L.Load(from + step), w2 = L.Load(from + 2 * step), half = L.Create(0.5f);
        V even = L.Multiply(half, L.Add(w0, w2)), odd = L.Multiply(half, w1);
        L.Store(w0, to);
        L.Store(L.Add(even, odd), to + toStep);
        L.Store(L.Subtract(even, odd), to + 2 * toStep);
        L.Store(w2, to + 3 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Input(V d0, V d1, V d2, V d3, float* to, nint toStep)
    {
        L.Store(L.Subtract(d0, d2), to);
        L.Store(L.Add(d1, d2), to + toStep);
        L.Store(L.Subtract(d2, d1), to + 2 * toStep);
        L.Store(L.Subtract(d3, d1), to + 3 * toStep);
    }
}
