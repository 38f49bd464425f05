using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>x where x &gt; 0, otherwise A · x.</summary>
internal readonly struct LeakyReLU : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.IfGreater(x, L.Zero, x, L.Multiply(L.Create(formula.A), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged =>
        L.IfGreater(x, L.Zero, L.Create(1), L.Create(formula.A));
}
