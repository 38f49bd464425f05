using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>x · Φ(x), Φ the distribution function of the standard normal distribution.</summary>
internal readonly struct GELU : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.Multiply(x, Distribution<L, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        const float PerRootOfTwoPi = 0.39894228f;
        V density = L.Multiply(L.Create(PerRootOfTwoPi), LaneMath<L, V>.Exp(L.Multiply(L.Create(-0.5f), L.Multiply(x, x))));
        return L.Fma(x, density, Distribution<L, V>(x));
    }

    /// <summary>
    /// Φ(x) by the Chebyshev fit of the complementary error function in Press et al., Numerical Recipes, §6.2, whose relative error is
    /// below 1.2e-7 everywhere: erfc(z) = t·exp(−z² + c(t)), t = 1 / (1 + z / 2), z = |x| / √2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Distribution<L, V>(V x)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        const float HalfPerRootOfTwo = 0.35355339f;
        V one = L.Create(1), size = L.Max(x, L.Subtract(L.Zero, x)), t = L.Divide(one, L.Fma(size, L.Create(HalfPerRootOfTwo), one));
        V sum = L.Create(0.17087277f);
        sum = L.Fma(sum, t, L.Create(-0.82215223f));
        sum = L.Fma(sum, t, L.Create(1.48851587f));
        sum = L.Fma(sum, t, L.Create(-1.13520398f));
        sum = L.Fma(sum, t, L.Create(0.27886807f));
        sum = L.Fma(sum, t, L.Create(-0.18628806f));
        sum = L.Fma(sum, t, L.Create(0.09678418f));
        sum = L.Fma(sum, t, L.Create(0.37409196f));
        sum = L.Fma(sum, t, L.Create(1.00002368f));
        sum = L.Fma(sum, t, L.Create(-1.26551223f));
        V exponential = LaneMath<L, V>.Exp(L.Fma(L.Multiply(L.Create(-0.5f), x), x, sum));
        V tail = L.Multiply(L.Multiply(L.Create(0.5f), t), exponential);
        return L.IfGreater(x, L.Zero, L.Subtract(one, tail), tail);
    }
}

/// <summary>½x · (1 + tanh(√(2/π)·(x + 0.044715·x³))), an approximation of <see cref="GELU"/>.</summary>
internal readonly struct GELUTanh : IActivation
{
    // 2·√(2/π), since 1 + tanh(u) is twice the logistic function of 2u.
    private const float Scale = 1.5957691f, Cubic = 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.Multiply(x, Gate<L, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        V one = L.Create(1), gate = Gate<L, V>(x);
        V inner = L.Fma(L.Multiply(x, x), L.Create(3 * Scale * Cubic), L.Create(Scale));
        return L.Multiply(gate, L.Fma(L.Multiply(x, inner), L.Subtract(one, gate), one));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Gate<L, V>(V x)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        Elementary<L, V>.Logistic(L.Multiply(x, L.Fma(L.Multiply(x, x), L.Create(Scale * Cubic), L.Create(Scale))));
}
