using Lanewise.Analysis;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Analysis;

/// <summary>That times are booked where they belong; not how long they are.</summary>
public sealed class LayerTimesTests
{
    private static readonly Network Block = Network.Define("block", new(3, 8, 8), x => x
        .Conv2d("stem", 8, kernelSize: 3, padding: 1).BatchNorm2d("bn").ReLU()
        .Module(
            "residual",
            m => m.Conv2d("conv1", 8, kernelSize: 3, padding: 1).ReLU().Conv2d("conv2", 8, kernelSize: 3, padding: 1).Add(m).ReLU())
        .Module("siblings", m => m.Conv2d("a", 4, kernelSize: 1).Concat(m.Conv2d("b", 8, kernelSize: 1)))
        .Flatten().Dropout(0.5f).Linear("fc", 4));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Folded_layers_take_no_time_of_their_own()
    {
        var times = LayerTimes.Measure(Block, new LayerTimesOptions { Duration = TimeSpan.Zero }, Stop);
        Assert.Equal(["stem", "residual.conv1", "residual.conv2", "siblings.a", "siblings.b", "flatten1", "fc"], Timed(times));
        Assert.Equal((KernelSet.Widths[0], KernelSet.Widths[0]), (times.Images, times.LaneWidth));
        Assert.All(NetworkCost.Of(Block).Layers, layer => Assert.Equal(0, times.Of(layer).Backward));
    }

    [Fact]
    public void Layers_that_are_computed_together_share_the_time_by_MACs()
    {
        var siblings = Network.Define(
            "siblings", new(64, 48, 48), x => x.Conv2d("a", 4, kernelSize: 1).Concat(x.Conv2d("b", 12, kernelSize: 1)));
        var times = LayerTimes.Measure(siblings, new LayerTimesOptions { Duration = TimeSpan.Zero }, Stop);
        var layers = NetworkCost.Of(siblings).Layers;
        Assert.Equal(3 * times.Of(layers[0]).Forward, times.Of(layers[1]).Forward, 1e-12);
    }

    [Fact]
    public void A_training_step_has_a_backward_pass()
    {
        var times = LayerTimes.Measure(Block, new LayerTimesOptions { Training = true, Duration = TimeSpan.Zero, BatchSize = 20 }, Stop);
        Assert.Equal(
            ["stem", "bn", "residual.conv1", "residual.conv2", "siblings.a", "siblings.b", "flatten1", "dropout1", "fc"], Timed(times));
        Assert.Equal(20, times.Images);
        Assert.All(
            NetworkCost.Of(Block).Layers.Where(l => l.Op is Conv2d or Linear), layer => Assert.NotEqual(0, times.Of(layer).Backward));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shares_add_up_at_any_depth(bool training)
    {
        var times = LayerTimes.Measure(Block, new LayerTimesOptions { Training = training, Duration = TimeSpan.FromMilliseconds(5) }, Stop);
        foreach (int? depth in (int?[])[null, 1])
        {
            var layers = NetworkCost.Of(Block, depth).Layers.Select(times.Of).ToArray();
            Assert.Equal(1, layers.Sum(t => t.Share), 9);
            Assert.Equal(times.Seconds, layers.Sum(t => t.Seconds), 9);
        }
    }

    [Fact]
    public void What_this_machine_cannot_hold_is_refused()
    {
        var large = Network.Define("large", new(15, 10_000, 10_000), x => x.ReLU());
        var e = Assert.ThrowsAny<LanewiseException>(() => LayerTimes.Measure(large, cancellationToken: Stop));
        Assert.Contains("memory", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Measuring_can_be_stopped() =>
        Assert.Throws<OperationCanceledException>(() => LayerTimes.Measure(Block, cancellationToken: new CancellationToken(canceled: true)));

    private static IEnumerable<string> Timed(LayerTimes times) =>
        NetworkCost.Of(Block).Layers.Where(layer => times.Of(layer).Seconds > 0).Select(layer => layer.Name);
}
