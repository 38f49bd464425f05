using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>What several elementwise functions have in common.</summary>
internal static class Elementary<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The smaller of a value and a bound; a NaN is passed on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Min(V bound, V x) => L.IfGreater(x, bound, bound, x);

    /// <summary>A value where low &lt; x &lt; high, otherwise 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Between(V low, V x, V high, V inside) => L.IfGreater(x, low, L.IfGreater(high, x, inside, L.Zero), L.Zero);

    /// <summary>1 / (1 + exp(−x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Logistic(V x)
    {
        V one = L.Create(1);
        return L.Divide(one, L.Add(one, LaneMath<L, V>.Exp(L.Subtract(L.Zero, x))));
    }
}
