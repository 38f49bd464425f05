using Lanewise.Analysis;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class ProcessorPeakTests
{
    [Theory]
    [InlineData(16, 2, 400, 3.125, 2, null)]
    [InlineData(16, 1, 100, 3.125, 1, null)]
    [InlineData(16, 1, 203, 3.125, 2.03, null)]
    [InlineData(16, 1, 205, 3.125, 2.05, "2.05 FMAs per cycle at 3.12 GHz, more than two units can do")]
    [InlineData(8, 2, 50, 3.125, 0.5, "the peak of 50.0 GFLOP/s is 0.50 FMAs per cycle")]
    public void Peak_and_clock_are_held_against_each_other(int lanes, int threads, double gflops, double clock, double fmas, string? doubt)
    {
        var peak = new ProcessorPeak(lanes, threads, gflops, clock);
        Assert.Equal(fmas, peak.FmasPerCycle, 12);
        if (doubt is null)
        {
            Assert.Null(peak.Doubt);
        }
        else
        {
            Assert.Contains(doubt, peak.Doubt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Threads_beyond_the_processors_are_left_out()
    {
        var peak = ProcessorPeak.Measure(laneWidth: 1, threads: 1000);
        Assert.Equal((1, Environment.ProcessorCount), (peak.LaneWidth, peak.Threads));
        Assert.True(peak is { Gflops: > 0, ClockGhz: > 0 });
    }
}
