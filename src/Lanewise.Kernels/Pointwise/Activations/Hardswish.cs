using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>x · min(6, max(0, x + 3)) / 6.</summary>
internal readonly struct Hardswish : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        V gate = Elementary<L, V>.Min(L.Create(6), L.Max(L.Zero, L.Add(x, L.Create(3))));
        return L.Multiply(L.Multiply(x, gate), L.Create(1 / 6f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x, ActivationFormula formula)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        V line = L.Fma(x, L.Create(1 / 3f), L.Create(0.5f));
        return L.IfGreater(x, L.Create(-3), L.IfGreater(L.Create(3), x, line, L.Create(1)), L.Zero);
    }
}
