using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Measures the FMA peak of one core: FMA instructions on registers, in independent chains.</summary>
internal static unsafe class FmaPeak<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    // Two units with a latency of four cycles need eight independent chains; twelve leave slack and fit 16 registers.
    private const int Chains = 12;

    /// <summary>Measures GFLOP/s of one thread: the best of a few rounds of 20 ms.</summary>
    public static double Measure() => 2.0 * Chains * L.Width * Rounds.BestRate(steps => GC.KeepAlive(Run(steps))) / 1e9;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Run(int steps)
    {
        // a ← a/2 + 1/2 stays near 1: no infinities, no denormals.
        V half = L.Create(0.5f);
        V a = half, b = half, c = half, d = half, e = half, f = half, g = half, h = half, i = half, j = half, k = half, l = half;
        for (int step = 0; step < steps; step++)
        {
            a = L.Fma(a, half, half);
            b = L.Fma(b, half, half);
            c = L.Fma(c, half, half);
            d = L.Fma(d, half, half);
            e = L.Fma(e, half, half);
            f = L.Fma(f, half, half);
            g = L.Fma(g, half, half);
            h = L.Fma(h, half, half);
            i = L.Fma(i, half, half);
            j = L.Fma(j, half, half);
            k = L.Fma(k, half, half);
            l = L.Fma(l, half, half);
        }

        V sum = L.Add(L.Add(L.Add(a, b), L.Add(c, d)), L.Add(L.Add(e, f), L.Add(g, h)));
        float used = 0;
        L.AddSum(L.Add(sum, L.Add(L.Add(i, j), L.Add(k, l))), &used, 0);
        return used;
    }
}
