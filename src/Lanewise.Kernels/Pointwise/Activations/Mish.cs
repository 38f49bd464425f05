using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>x · tanh(ln(1 + eˣ)).</summary>
internal readonly struct Mish : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.Multiply(x, Tanh<L, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        V tanh = Tanh<L, V>(x), rest = L.Subtract(L.Create(1), L.Multiply(tanh, tanh));
        return L.Fma(L.Multiply(x, rest), Elementary<L, V>.Logistic(x), tanh);
    }

    /// <summary>tanh(ln(1 + e)) = n / (n + 2) with n = e · (e + 2), where e = eˣ; 1 from x = 20 on, where a float cannot tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Tanh<L, V>(V x)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        V two = L.Create(2), e = LaneMath<L, V>.Exp(Elementary<L, V>.Min(L.Create(20), x)), n = L.Multiply(e, L.Add(e, two));
        return L.Divide(n, L.Add(n, two));
    }
}
