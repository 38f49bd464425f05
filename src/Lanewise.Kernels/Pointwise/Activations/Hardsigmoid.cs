using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>max(0, min(1, A · x + B)).</summary>
internal readonly struct Hardsigmoid : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.Max(L.Zero, Elementary<L, V>.Min(L.Create(1), L.Fma(L.Create(formula.A), x, L.Create(formula.B))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        Elementary<L, V>.Between(L.Zero, L.Fma(L.Create(formula.A), x, L.Create(formula.B)), L.Create(1), L.Create(formula.A));
}
