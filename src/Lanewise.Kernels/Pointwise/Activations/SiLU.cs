using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>x / (1 + exp(−x)).</summary>
internal readonly struct SiLU : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.Multiply(x, Elementary<L, V>.Logistic(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        V one = L.Create(1), gate = Elementary<L, V>.Logistic(x);
        return L.Multiply(gate, L.Fma(x, L.Subtract(one, gate), one));
    }
}
