using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>What the processor can do at most: fused MACs in registers, on several threads at once, beside the clock of the same moment.</summary>
/// <param name="LaneWidth">Floats in a vector.</param>
/// <param name="Threads">Threads that were measured at once, no more than there are processors.</param>
/// <param name="Gflops">What they do together, in GFLOP/s (a multiply-add counts twice).</param>
/// <param name="ClockGhz">Their mean clock, in GHz.</param>
public sealed record ProcessorPeak(int LaneWidth, int Threads, double Gflops, double ClockGhz)
{
    private const double Tolerance = 0.02;
    private const double MinFmas = 0.9;
    private const int Turns = 3;

    /// <summary>Vectors of MACs that a thread ends in a cycle: 2 for a processor of two units of the full width.</summary>
    public double FmasPerCycle => Gflops / Threads / (2 * LaneWidth * ClockGhz);

    /// <summary>What is odd about the two measurements beside each other; null when they fit.</summary>
    public string? Doubt => FmasPerCycle switch
    {
        > 2 * (1 + Tolerance) => FormattableString.Invariant($"the peak of {Gflops:F1} GFLOP/s is {FmasPerCycle:F2} MACs a cycle at {ClockGhz:F2} GHz, more than two units can do; the machine was busy, or its clock changed meanwhile: measure again."),
        < MinFmas => FormattableString.Invariant($"the peak of {Gflops:F1} GFLOP/s is only {FmasPerCycle:F2} MACs a cycle at {ClockGhz:F2} GHz; the processor has no such unit of {LaneWidth} lanes, or something else ran on it."),
        _ => null,
    };

    /// <summary>Measures peak and clock in turn, for about a second; the best of each counts.</summary>
    /// <param name="laneWidth">16, 8, 4 or 1; 0 for the widest that the processor has.</param>
    /// <param name="threads">Threads that work at once, at least 1; those beyond the processors add nothing and are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such width, or no thread.</exception>
    public static ProcessorPeak Measure(int laneWidth, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var kernels = KernelSet.For(laneWidth);
        var measured = new (double Gflops, double Clock)[Math.Min(threads, Environment.ProcessorCount)];
        using var start = new Barrier(measured.Length);
        Thread[] all = [.. Enumerable.Range(0, measured.Length).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            for (int turn = 0; turn < Turns; turn++)
            {
                var (gflops, clock) = measured[i];
                measured[i] = (Math.Max(gflops, kernels.MeasurePeak()), Math.Max(clock, KernelSet.MeasureClock()));
            }
        }))];
        foreach (var thread in all)
        {
            thread.Start();
        }

        foreach (var thread in all)
        {
            thread.Join();
        }

        return new(kernels.LaneWidth, measured.Length, measured.Sum(m => m.Gflops), measured.Average(m => m.Clock));
    }
}
