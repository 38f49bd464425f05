using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Winograd's transforms F(4,3) and F(2,5) (Winograd 1980; Lavin and Gray 2015): six inputs yield four outputs of a 3-tap filter, or two of
/// a 5-tap filter, from products at the points 0, 1, −1, ½, −2 and ∞. These points lose less precision than the usual 0, ±1, ±2, ∞, and
/// both filters share the transform of the input.
/// </summary>
internal readonly unsafe struct SixPoints<L, V> : IWinogradGradientTransform<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    public static int Side => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(float* from, nint step, float* to, nint toStep) => Input(
        L.Load(from), L.Load(from + step), L.Load(from + 2 * step),
        L.Load(from + 3 * step), L.Load(from + 4 * step), L.Load(from + 5 * step), to, toStep);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(float* from, nint step, int first, int end, float* to, nint toStep)
    {
        Input(Row(0), Row(1), Row(2), Row(3), Row(4), Row(5), to, toStep);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        V Row(int i) => i >= first && i < end ? L.Load(from + i * step) : L.Zero;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* from, nint step, float* to, nint toStep, int outputs, V min)
    {
        V m1 = L.Load(from + step), m2 = L.Load(from + 2 * step), m3 = L.Load(from + 3 * step), m4 = L.Load(from + 4 * step);
        V sum = L.Add(m1, m2), difference = L.Subtract(m1, m2), last = L.Load(from + 5 * step);
        V second = L.Fma(L.Create(-2), m4, L.Fma(L.Create(0.5f), m3, difference));
        L.Store(L.Max(min, L.Add(L.Add(L.Load(from), sum), L.Add(m3, m4))), to);
        if (outputs == 2)
        {
            L.Store(L.Max(min, L.Add(second, last)), to + toStep);
            return;
        }

        L.Store(L.Max(min, second), to + toStep);
        L.Store(L.Max(min, L.Fma(L.Create(4), m4, L.Fma(L.Create(0.25f), m3, sum))), to + 2 * toStep);
        L.Store(L.Max(min, L.Add(L.Fma(L.Create(-8), m4, L.Fma(L.Create(0.125f), m3, difference)), last)), to + 3 * toStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter(float* from, nint step, float* to, nint toStep, int taps)
    {
        V w0 = L.Load(from), w1 = L.Load(from + step), w2 = L.Load(from + 2 * step), none = L.Zero;
        V w3 = taps == 5 ? L.Load(from + 3 * step) : none, w4 = taps == 5 ? L.Load(from + 4 * step) : none;
        V third = L.Create(1 / 3f), even = L.Multiply(third, L.Add(L.Add(w0, w2), w4)), odd = L.Multiply(third, L.Add(w1, w3));
        L.Store(w0, to);
        L.Store(L.Add(even, odd), to + toStep);
        L.Store(L.Subtract(odd, even), to + 2 * toStep);
        V half = L.Create(0.5f), atHalf = L.Fma(half, L.Fma(half, L.Fma(half, L.Fma(half, w4, w3), w2), w1), w0);
        L.Store(L.Multiply(L.Create(-16 / 15f), atHalf), to + 3 * toStep);
        V two = L.Create(-2), atTwo = L.Fma(two, L.Fma(two, L.Fma(two, L.Fma(two, w4, w3), w2), w1), w0);
        L.Store(L.Multiply(L.Create(1 / 15f), atTwo), to + 4 * toStep);
        L.Store(taps == 5 ? w4 : w2, to + 5 * toStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gradient(float* from, nint step, float* to, nint toStep, int outputs)
    {
        V y0 = L.Load(from), y1 = L.Load(from + step), half = L.Create(0.5f), two = L.Create(-2), last = y1;
        V even = y0, odd = y1, atHalf = L.Fma(half, y1, y0), atTwo = L.Fma(two, y1, y0);
        if (outputs == 4)
        {
            V y2 = L.Load(from + 2 * step);
            last = L.Load(from + 3 * step);
            (even, odd) = (L.Add(y0, y2), L.Add(y1, last));
            atHalf = L.Fma(L.Create(0.125f), last, L.Fma(L.Create(0.25f), y2, atHalf));
            atTwo = L.Fma(L.Create(-8), last, L.Fma(L.Create(4), y2, atTwo));
        }

        L.Store(y0, to);
        L.Store(L.Add(even, odd), to + toStep);
        L.Store(L.Subtract(even, odd), to + 2 * toStep);
        L.Store(atHalf, to + 3 * toStep);
        L.Store(atTwo, to + 4 * toStep);
        L.Store(last, to + 5 * toStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterGradient(float* from, nint step, float* to, nint toStep, int taps)
    {
        V third = L.Create(1 / 3f), u1 = L.Load(from + step), u2 = L.Load(from + 2 * step), last = L.Load(from + 5 * step);
        V even = L.Multiply(third, L.Subtract(u1, u2)), odd = L.Multiply(third, L.Add(u1, u2));
        V half = L.Multiply(L.Create(-16 / 15f), L.Load(from + 3 * step)), two = L.Multiply(L.Create(1 / 15f), L.Load(from + 4 * step));
        L.Store(L.Add(L.Add(L.Load(from), even), L.Add(half, two)), to);
        L.Store(L.Fma(L.Create(-2), two, L.Fma(L.Create(0.5f), half, odd)), to + toStep);
        V second = L.Fma(L.Create(4), two, L.Fma(L.Create(0.25f), half, even));
        if (taps == 3)
        {
            L.Store(L.Add(second, last), to + 2 * toStep);
            return;
        }

        L.Store(second, to + 2 * toStep);
        L.Store(L.Fma(L.Create(-8), two, L.Fma(L.Create(0.125f), half, odd)), to + 3 * toStep);
        L.Store(L.Add(L.Fma(L.Create(16), two, L.Fma(L.Create(1 / 16f), half, even)), last), to + 4 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Input(V d0, V d1, V d2, V d3, V d4, V d5, float* to, nint toStep)
    {
        V half = L.Create(0.5f), oneAndHalf = L.Create(1.5f), twoAndHalf = L.Create(2.5f), two = L.Create(2);
        V even = L.Subtract(d4, d2), odd = L.Subtract(d3, d1);
        L.Store(L.Fma(oneAndHalf, odd, L.Add(L.Subtract(d0, d2), even)), to);
        L.Store(L.Fma(twoAndHalf, d3, L.Subtract(L.Fma(half, d2, d4), d1)), to + toStep);
        L.Store(L.Fma(half, d3, L.Subtract(L.Add(d4, d1), L.Multiply(twoAndHalf, d2))), to + 2 * toStep);
        L.Store(L.Fma(two, odd, even), to + 3 * toStep);
        L.Store(L.Subtract(even, L.Multiply(half, odd)), to + 4 * toStep);
        L.Store(L.Fma(oneAndHalf, even, L.Subtract(L.Subtract(d5, d3), odd)), to + 5 * toStep);
    }
}
