using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Measures the clock of one core by a chain of dependent integer operations of one cycle each.</summary>
internal static class Clock
{
    // Operations of an iteration: so many that the loop itself runs in their shadow.
    private const int Links = 16;

    /// <summary>Measures GHz: the best of a few rounds of 20 ms.</summary>
    public static double Measure() =>
        Links * Rounds.BestRate(steps => GC.KeepAlive(Run(steps, 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9))) / 1e9;

    /// <summary>Alternates sum and exclusive or, which neither arithmetic laws nor constant folding can shorten.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Run(int steps, ulong a, ulong b)
    {
        ulong x = a;
        for (int step = 0; step < steps; step++)
        {
            x = (((x + a) ^ b) + a) ^ b;
            x = (((x + a) ^ b) + a) ^ b;
            x = (((x + a) ^ b) + a) ^ b;
            x = (((x + a) ^ b) + a) ^ b;
        }

        return x;
    }
}
