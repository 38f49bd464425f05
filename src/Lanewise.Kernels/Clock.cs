using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Measures the clock of one core by a chain of operations, each of which waits one cycle for the one before.</summary>
internal static class Clock
{
    // Far more than a loop's own cycles, which pass beside the chain.
    private const int Links = 16;

    /// <summary>Billions of cycles a second, the best of a few rounds of 20 ms.</summary>
    public static double Measure() => Links * Rounds.BestRate(steps => GC.KeepAlive(Run(steps, 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9))) / 1e9;

    /// <summary>Sum and exclusive or in turn: no law of arithmetic shortens them, and no constant is known to the compiler.</summary>
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
