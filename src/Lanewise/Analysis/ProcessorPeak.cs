using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>The peak of the processor: FMA instructions in registers, on several threads at once, and the clock at that time.</summary>
/// <param name="LaneWidth">The number of floats in a vector.</param>
/// <param name="Threads">The number of threads measured, at most that of the processors.</param>
/// <param name="Gflops">Their total throughput in GFLOP/s (an FMA counts as two operations).</param>
/// <param name="ClockGhz">Their mean clock in GHz.</param>
internal sealed record ProcessorPeak(int LaneWidth, int Threads, double Gflops, double ClockGhz)
{
    private const double Tolerance = 0.02;
    private const double MinFmas = 0.9;
    private const int Rounds = 3;

    /// <summary>The vector FMAs per thread and cycle: 2 for a processor with two full-width units.</summary>
    public double FmasPerCycle => Gflops / Threads / (2 * LaneWidth * ClockGhz);

    private string Measured => FormattableString.Invariant(
        $"the peak of {Gflops:F1} GFLOP/s is {FmasPerCycle:F2} FMAs per cycle at {ClockGhz:F2} GHz");

    /// <summary>Why the two measurements look inconsistent; null if they do not.</summary>
    public string? Doubt => FmasPerCycle switch
    {
        > 2 * (1 + Tolerance) => FormattableString.Invariant(
            $"{Measured}, more than two units can do; the machine was busy, or its clock changed meanwhile: measure again."),
        < MinFmas => FormattableString.Invariant(
            $"{Measured}, too low; the processor has no such unit of {LaneWidth} lanes, or another program was running."),
        _ => null,
    };

    /// <summary>Measures peak and clock alternately for about a second, and returns the best of each.</summary>
    /// <param name="laneWidth">16, 8, 4 or 1; 0 for the processor's widest vectors.</param>
    /// <param name="threads">The number of concurrent threads, at least 1; limited to that of the processors.</param>
    /// <exception cref="ArgumentOutOfRangeException">The processor has no such width, or the number of threads is below 1.</exception>
    public static ProcessorPeak Measure(int laneWidth, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var kernels = KernelSet.For(laneWidth);
        var measured = new (double Gflops, double Clock)[Math.Min(threads, Environment.ProcessorCount)];
        // Neither is disposed of, or keeps the process alive, if the system gives fewer threads: those that were started wait.
        var start = new Barrier(measured.Length);
        Thread[] all = [.. Enumerable.Range(0, measured.Length).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            for (int round = 0; round < Rounds; round++)
            {
                var (gflops, clock) = measured[i];
                measured[i] = (Math.Max(gflops, kernels.MeasurePeak()), Math.Max(clock, KernelSet.MeasureClock()));
            }
        }) { IsBackground = true })];
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
