using System.Runtime.InteropServices;
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

    /// <summary>Gets what is to be said of an environment variable that asks for another lane width in vain; null for nothing.</summary>
    internal static string? LanesNotice => KernelSet.IgnoredLanes is not { } lanes ? null
        : $"{KernelSet.LanesVariable}={lanes} has no effect: this processor has lane widths {string.Join(", ", LaneWidths.SkipLast(1))}.";

    /// <summary>Gets the name of the processor, or its architecture if the system does not report a name.</summary>
    internal static string Name { get; } = ReadName();

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

    private static string ReadName()
    {
        string? line = ReadLine();
        return line?[(line.IndexOf(':') + 1)..].Trim() is { Length: > 0 } name ? name : RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string? ReadLine()
    {
        const string Cpuinfo = "/proc/cpuinfo";
        try
        {
            return File.Exists(Cpuinfo)
                ? File.ReadLines(Cpuinfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
