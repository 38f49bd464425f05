using Lanewise.Analysis;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class ProcessorCeilingTests
{
    [Theory]
    [InlineData(16, 2, 400, 3.125, 2, null)]
    [InlineData(16, 1, 100, 3.125, 1, null)]
    [InlineData(16, 1, 203, 3.125, 2.03, null)]
    [InlineData(16, 1, 205, 3.125, 2.05, "2.05 multiply-adds a cycle at 3.12 GHz, more than two units can do")]
    [InlineData(8, 2, 50, 3.125, 0.5, "the ceiling of 50.0 GFLOP/s is only 0.50 multiply-adds a cycle")]
    public void Ceiling_and_clock_are_held_against_each_other(int lanes, int threads, double gflops, double clock, double fmas, string? doubt)
    {
        var ceiling = new ProcessorCeiling(lanes, threads, gflops, clock);
        Assert.Equal(fmas, ceiling.FmasPerCycle, 12);
        if (doubt is null)
        {
            Assert.Null(ceiling.Doubt);
        }
        else
        {
            Assert.Contains(doubt, ceiling.Doubt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Threads_beyond_the_processors_are_left_out()
    {
        var ceiling = ProcessorCeiling.Measure(laneWidth: 1, threads: 1000);
        Assert.Equal((1, Environment.ProcessorCount), (ceiling.LaneWidth, ceiling.Threads));
        Assert.True(ceiling is { Gflops: > 0, ClockGhz: > 0 });
    }
}
