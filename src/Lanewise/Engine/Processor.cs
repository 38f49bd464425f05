using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Describes the processor as the engine sees it: SIMD lane widths, peak floating-point throughput and clock.</summary>
public static class Processor
{
    /// <summary>
    /// Gets the lane widths (floats in a vector register) that this processor supports in hardware, widest first, followed by 1, the
    /// scalar fallback: for example 16, 8, 4, 1 with AVX-512.
    /// </summary>
    public static IReadOnlyList<int> LaneWidths => KernelSet.Widths;

    /// <summary>
    /// Measures the peak throughput of one thread: FMA instructions on registers, without memory accesses. Takes about 0.2 s.
    /// </summary>
    /// <param name="laneWidth">One of <see cref="LaneWidths"/>; 0 (the default) for the widest.</param>
    /// <returns>GFLOP/s; a multiply-add counts as two operations.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The processor does not support that lane width.</exception>
    public static double MeasurePeak(int laneWidth = 0) => KernelSet.For(laneWidth).MeasurePeak();

    /// <summary>Measures the clock of the core that the calling thread runs on, under integer load. Takes about 0.2 s.</summary>
    /// <returns>GHz.</returns>
    public static double MeasureClock() => KernelSet.MeasureClock();
}
