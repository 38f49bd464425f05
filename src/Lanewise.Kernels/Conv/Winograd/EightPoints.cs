using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Winograd's transforms F(6,3) and F(4,5): eight inputs yield six outputs of a 3-tap filter, or four of a 5-tap filter, from products at
/// the points 0, ±1, ±2, ±½ and ∞. Used in one dimension only; in two it would lose too much precision. A lane is whatever the caller's is.
/// </summary>
internal readonly unsafe struct EightPoints<L, V> : IWinogradGradientTransform<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    public static int Side => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(float* from, nint step, float* to, nint toStep) => Input(
        L.Load(from), L.Load(from + step), L.Load(from + 2 * step), L.Load(from + 3 * step),
        L.Load(from + 4 * step), L.Load(from + 5 * step), L.Load(from + 6 * step), L.Load(from + 7 * step), to, toStep);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(float* from, nint step, int first, int end, float* to, nint toStep)
    {
        Input(Row(0), Row(1), Row(2), Row(3), Row(4), Row(5), Row(6), Row(7), to, toStep);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        V Row(int i) => i >= first && i < end ? L.Load(from + i * step) : L.Zero;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* from, nint step, float* to, nint toStep, int outputs, V min)
    {
        V m0 = L.Load(from), m1 = L.Load(from + step), m2 = L.Load(from + 2 * step), m3 = L.Load(from + 3 * step);
        V m4 = L.Load(from + 4 * step), m5 = L.Load(from + 5 * step), m6 = L.Load(from + 6 * step), last = L.Load(from + 7 * step);
        V one = L.Add(m1, m2), two = L.Add(m3, m4), half = L.Add(m5, m6);
        V oneOdd = L.Subtract(m1, m2), twoOdd = L.Subtract(m3, m4), halfOdd = L.Subtract(m5, m6);
        L.Store(L.Max(min, L.Add(L.Add(m0, one), L.Add(two, half))), to);
        L.Store(L.Max(min, L.Fma(L.Create(0.5f), halfOdd, L.Fma(L.Create(2), twoOdd, oneOdd))), to + toStep);
        L.Store(L.Max(min, L.Fma(L.Create(0.25f), half, L.Fma(L.Create(4), two, one))), to + 2 * toStep);
        V third = L.Fma(L.Create(0.125f), halfOdd, L.Fma(L.Create(8), twoOdd, oneOdd));
        if (outputs == 4)
        {
            L.Store(L.Max(min, L.Add(third, last)), to + 3 * toStep);
            return;
        }

        L.Store(L.Max(min, third), to + 3 * toStep);
        L.Store(L.Max(min, L.Fma(L.Create(1 / 16f), half, L.Fma(L.Create(16), two, one))), to + 4 * toStep);
        L.Store(L.Max(min, L.Add(L.Fma(L.Create(1 / 32f), halfOdd, L.Fma(L.Create(32), twoOdd, oneOdd)), last)), to + 5 * toStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter(float* from, nint step, float* to, nint toStep, int taps)
    {
        V w0 = L.Load(from), w1 = L.Load(from + step), w2 = L.Load(from + 2 * step), none = L.Zero;
        V w3 = taps == 5 ? L.Load(from + 3 * step) : none, w4 = taps == 5 ? L.Load(from + 4 * step) : none;
        V ninths = L.Create(-2 / 9f), ninetieth = L.Create(1 / 90f), fortyFifths = L.Create(32 / 45f);
        V two = L.Create(2), four = L.Create(4), half = L.Create(0.5f), quarter = L.Create(0.25f);
        V even = L.Add(L.Add(w0, w2), w4), odd = L.Add(w1, w3);
        V evenTwo = L.Fma(four, L.Fma(four, w4, w2), w0), oddTwo = L.Multiply(two, L.Fma(four, w3, w1));
        V evenHalf = L.Fma(quarter, L.Fma(quarter, w4, w2), w0), oddHalf = L.Multiply(half, L.Fma(quarter, w3, w1));
        L.Store(w0, to);
        L.Store(L.Multiply(ninths, L.Add(even, odd)), to + toStep);
        L.Store(L.Multiply(ninths, L.Subtract(even, odd)), to + 2 * toStep);
        L.Store(L.Multiply(ninetieth, L.Add(evenTwo, oddTwo)), to + 3 * toStep);
        L.Store(L.Multiply(ninetieth, L.Subtract(evenTwo, oddTwo)), to + 4 * toStep);
        L.Store(L.Multiply(fortyFifths, L.Add(evenHalf, oddHalf)), to + 5 * toStep);
        L.Store(L.Multiply(fortyFifths, L.Subtract(evenHalf, oddHalf)), to + 6 * toStep);
        L.Store(taps == 5 ? w4 : w2, to + 7 * toStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gradient(float* from, nint step, float* to, nint toStep, int outputs)
    {
        V y0 = L.Load(from), y1 = L.Load(from + step), y2 = L.Load(from + 2 * step), y3 = L.Load(from + 3 * step), none = L.Zero;
        V y4 = outputs == 6 ? L.Load(from + 4 * step) : none, y5 = outputs == 6 ? L.Load(from + 5 * step) : none;
        V two = L.Create(2), four = L.Create(4), half = L.Create(0.5f), quarter = L.Create(0.25f);
        V even = L.Add(L.Add(y0, y2), y4), odd = L.Add(L.Add(y1, y3), y5);
        V evenTwo = L.Fma(four, L.Fma(four, y4, y2), y0), oddTwo = L.Multiply(two, L.Fma(four, L.Fma(four, y5, y3), y1));
        V evenHalf = L.Fma(quarter, L.Fma(quarter, y4, y2), y0), oddHalf = L.Multiply(half, L.Fma(quarter, L.Fma(quarter, y5, y3), y1));
        L.Store(y0, to);
        L.Store(L.Add(even, odd), to + toStep);
        L.Store(L.Subtract(even, odd), to + 2 * toStep);
        L.Store(L.Add(evenTwo, oddTwo), to + 3 * toStep);
        L.Store(L.Subtract(evenTwo, oddTwo), to + 4 * toStep);
        L.Store(L.Add(evenHalf, oddHalf), to + 5 * toStep);
        L.Store(L.Subtract(evenHalf, oddHalf), to + 6 * toStep);
        L.Store(outputs == 6 ? y5 : y3, to + 7 * toStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterGradient(float* from, nint step, float* to, nint toStep, int taps)
    {
        V ninths = L.Create(-2 / 9f), ninetieth = L.Create(1 / 90f), fortyFifths = L.Create(32 / 45f);
        V u1 = L.Load(from + step), u2 = L.Load(from + 2 * step), u3 = L.Load(from + 3 * step), u4 = L.Load(from + 4 * step);
        V u5 = L.Load(from + 5 * step), u6 = L.Load(from + 6 * step), last = L.Load(from + 7 * step);
        V even = L.Multiply(ninths, L.Add(u1, u2)), odd = L.Multiply(ninths, L.Subtract(u1, u2));
        V evenTwo = L.Multiply(ninetieth, L.Add(u3, u4)), oddTwo = L.Multiply(ninetieth, L.Subtract(u3, u4));
        V evenHalf = L.Multiply(fortyFifths, L.Add(u5, u6)), oddHalf = L.Multiply(fortyFifths, L.Subtract(u5, u6));
        L.Store(L.Add(L.Add(L.Load(from), even), L.Add(evenTwo, evenHalf)), to);
        L.Store(L.Fma(L.Create(2), oddTwo, L.Fma(L.Create(0.5f), oddHalf, odd)), to + toStep);
        V second = L.Fma(L.Create(4), evenTwo, L.Fma(L.Create(0.25f), evenHalf, even));
        if (taps == 3)
        {
            L.Store(L.Add(second, last), to + 2 * toStep);
            return;
        }

        L.Store(second, to + 2 * toStep);
        L.Store(L.Fma(L.Create(8), oddTwo, L.Fma(L.Create(0.125f), oddHalf, odd)), to + 3 * toStep);
        L.Store(L.Add(L.Fma(L.Create(16), evenTwo, L.Fma(L.Create(1 / 16f), evenHalf, even)), last), to + 4 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Input(V d0, V d1, V d2, V d3, V d4, V d5, V d6, V d7, float* to, nint toStep)
    {
        V twentyOneQuarters = L.Create(5.25f), seventeenQuarters = L.Create(-4.25f), fiveQuarters = L.Create(-1.25f),
            fiveHalves = L.Create(-2.5f);
        L.Store(L.Fma(twentyOneQuarters, L.Subtract(d4, d2), L.Subtract(d0, d6)), to);
        V even = L.Fma(seventeenQuarters, d4, L.Add(d2, d6)), odd = L.Fma(seventeenQuarters, d3, L.Add(d1, d5));
        L.Store(L.Add(even, odd), to + toStep);
        L.Store(L.Subtract(even, odd), to + 2 * toStep);
        even = L.Fma(L.Create(0.25f), d2, L.Fma(fiveQuarters, d4, d6));
        odd = L.Fma(L.Create(2), d5, L.Fma(fiveHalves, d3, L.Multiply(L.Create(0.5f), d1)));
        L.Store(L.Add(even, odd), to + 3 * toStep);
        L.Store(L.Subtract(even, odd), to + 4 * toStep);
        even = L.Fma(L.Create(4), d2, L.Fma(L.Create(-5), d4, d6));
        odd = L.Fma(L.Create(0.5f), d5, L.Fma(fiveHalves, d3, L.Multiply(L.Create(2), d1)));
        L.Store(L.Add(even, odd), to + 5 * toStep);
        L.Store(L.Subtract(even, odd), to + 6 * toStep);
        L.Store(L.Fma(twentyOneQuarters, L.Subtract(d3, d5), L.Subtract(d7, d1)), to + 7 * toStep);
    }
}
