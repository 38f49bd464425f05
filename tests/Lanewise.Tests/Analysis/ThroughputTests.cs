using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Analysis;

/// <summary>That the right things are counted; not how fast they are.</summary>
public sealed class ThroughputTests
{
    private static readonly ThroughputOptions Short = new() { Duration = TimeSpan.FromMilliseconds(1), BatchSize = 3, Threads = 1 };

    private static readonly Network Block = Network.Define("block", new(4, 12, 12), x => x
        .Conv2d("stem", 8, kernelSize: 5, padding: 2).ReLU().MaxPool2d(2)
        .Conv2d("grouped", 8, kernelSize: 3, padding: 1, groups: 2).ReLU()
        .Conv2d("last", 8, kernelSize: 3, padding: 1)
        .Module("siblings", m => m.Conv2d("a", 4, kernelSize: 1).Concat(m.Conv2d("b", 8, kernelSize: 1))).Flatten().Linear("fc", 4));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rates_are_of_the_operations_that_are_counted(bool training)
    {
        var speed = Throughput.Measure(Block, Short with { Training = training }, Stop);
        Assert.Equal(
            (3, KernelSet.Widths[0], NetworkCost.StepFlops(Block, training)), (speed.BatchSize, speed.LaneWidth, speed.FlopsPerImage));
        Assert.Equal(speed.ImagesPerSecond * speed.FlopsPerImage / 1e9, speed.Gflops, 9);
        Assert.InRange(speed.ImagesPerSecond, double.Epsilon, speed.Best);
        Assert.InRange(speed.AllocatedBytesPerStep, 0, double.MaxValue);
    }

    [Fact]
    public void Large_images_are_taken_fewer_at_a_time()
    {
        Assert.Equal(64, Throughput.DefaultBatchSize(Block));
        Assert.Equal(16, Throughput.DefaultBatchSize(Network.Define("large", new(3, 224, 224), x => x.MaxPool2d(2))));
        Assert.Equal(64, Throughput.Measure(Block, Short with { BatchSize = 0 }, Stop).BatchSize);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_calls_operations_add_up_to_the_step_s(bool training)
    {
        var calls = KernelTimes.Measure(Block, Short with { Training = training }, Stop);
        Assert.Equal(1, calls.Sum(call => call.Share), 9);
        Assert.Equal(3.0 * NetworkCost.StepFlops(Block, training), calls.Sum(call => 1e9 * (call.Gflops ?? 0) * call.Seconds), 3);
        Assert.Single(calls, call => call is { Layer: "grouped", Kernel: "Conv2d.Forward" });
        Assert.Equal(training ? 2 : 0, calls.Count(call => call is { Layer: "grouped", Kernel: "Conv2d.BackwardWeights" }));
        Assert.All(calls, call => Assert.Equal(call.Tile is null, call.Gflops is null));
    }

    [Theory]
    [InlineData(Conv2dAlgorithm.Direct, @"^taps \d×\d, pool 2×2$", @"^taps \d×\d$")]
    [InlineData(Conv2dAlgorithm.Winograd, @"^F\(2,5\) \d×\d, pool 2×2$", @"^F\(4,3\) \d×\d$")]
    public void A_tile_names_the_algorithm(Conv2dAlgorithm algorithm, string five, string three)
    {
        var calls = KernelTimes.Measure(Block, Short with { Algorithm = algorithm }, Stop);
        Assert.Matches(five, calls.Single(call => call.Layer == "stem").Tile);
        Assert.Matches(three, calls.Single(call => call.Layer == "last").Tile);
        Assert.Matches(@"^taps \d×1$", calls.Single(call => call.Layer == "fc").Tile);
        Assert.DoesNotContain(calls, call => call.Kernel == "MaxPool2d.Forward");
        Assert.Null(calls.Single(call => call.Kernel == "Flatten.Forward").Tile);
    }

    [Fact]
    public void What_this_machine_cannot_hold_is_refused()
    {
        // Activations of 7.6 GB, more than these tests may take: refused at once, before anything is allocated.
        var large = Network.Define(
            "large", new(1, 10_000, 10_000), x => x.Concat([.. Enumerable.Repeat(x, 17)]).AdaptiveAvgPool2d().Flatten());
        var e = Assert.Throws<ShapeException>(() => Throughput.Measure(large, Short with { LaneWidth = 1 }, Stop));
        Assert.Contains("need 7.5 GiB; 4.0 GiB of memory are available. Use smaller images.", e.Message, StringComparison.Ordinal);
        // Refused from the shapes, not by an allocation that failed.
        Assert.Null(e.InnerException);
    }

    [Fact]
    public void Measuring_can_be_stopped() =>
        Assert.Throws<OperationCanceledException>(() => Throughput.Measure(Block, Short, new CancellationToken(canceled: true)));
}
