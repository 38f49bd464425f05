using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>min(B, max(A, x)).</summary>
internal readonly struct Hardtanh : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        Elementary<L, V>.Min(L.Create(formula.B), L.Max(L.Create(formula.A), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        Elementary<L, V>.Between(L.Create(formula.A), x, L.Create(formula.B), L.Create(1));
}
