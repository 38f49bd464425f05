using Lanewise.Analysis;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class ReducedConvolutionTests
{
    private static readonly Conv2d FiveByFive = new(32, 5, 1, Padding: 2, Bias: true);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_course_s_example_saves_a_factor_of_nearly_ten()
    {
        var pair = new ReducedConvolution(new(192, 28, 28), FiveByFive, channels: 16);
        Assert.Equal((120_422_400, 153_632), (pair.Direct.Total.Macs, pair.Direct.Total.Parameters));
        Assert.Equal((12_443_648, 15_920), (pair.Reduced!.Total.Macs, pair.Reduced.Total.Parameters));
        Assert.Equal([2_408_448, 10_035_200], pair.Reduced.Layers.Select(l => l.Macs));
        Assert.Equal(9.68, pair.Ratio!.Value, 2);
        Assert.Equal(new Shape(32, 28, 28), pair.Direct.Total.Output);
    }

    [Fact]
    public void Without_a_reduction_there_is_nothing_to_compare()
    {
        var alone = new ReducedConvolution(new(4, 8, 8), FiveByFive, channels: null);
        Assert.Null(alone.Reduced);
        Assert.Null(alone.Ratio);
        var times = alone.Measure(TimeSpan.Zero, Stop)!;
        Assert.Null(times.Reduced);
        Assert.Null(times.Ratio);
    }

    [Fact]
    public void Rates_and_seconds_tell_of_the_same_work()
    {
        var pair = new ReducedConvolution(new(16, 8, 8), FiveByFive, channels: 2);
        var times = pair.Measure(TimeSpan.Zero, Stop)!;
        Assert.Equal(2.0 * pair.Direct.Total.Macs, times.Direct.Seconds * times.Direct.Gflops * 1e9, 3);
        Assert.Equal(2.0 * pair.Reduced!.Total.Macs, times.Reduced!.Seconds * times.Reduced.Gflops * 1e9, 3);
        Assert.Equal(times.Direct.Seconds / times.Reduced.Seconds, times.Ratio);
    }

    [Theory]
    [InlineData(2000, 1000)]
    [InlineData(1, 16_384)]
    public void What_would_take_minutes_or_gigabytes_is_not_measured(int channels, int side) =>
        Assert.Null(
            new ReducedConvolution(new(channels, side, side), FiveByFive with { OutChannels = 4 }, null).Measure(TimeSpan.Zero, Stop));

    [Fact]
    public void A_kernel_that_does_not_fit_is_refused() =>
        Assert.ThrowsAny<LanewiseException>(() => new ReducedConvolution(new(3, 3, 3), FiveByFive with { Padding = 0 }, channels: 2));
}
