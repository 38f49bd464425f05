using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>A · x + B.</summary>
internal readonly struct Rescaling : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.Fma(L.Create(formula.A), x, L.Create(formula.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.Create(formula.A);
}
