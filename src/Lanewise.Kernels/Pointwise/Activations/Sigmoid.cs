using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>1 / (1 + exp(−x)).</summary>
internal readonly struct Sigmoid : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        Elementary<L, V>.Logistic(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        V y = Elementary<L, V>.Logistic(x);
        return L.Multiply(y, L.Subtract(L.Create(1), y));
    }
}
