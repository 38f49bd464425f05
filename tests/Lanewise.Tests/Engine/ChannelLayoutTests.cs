using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests which op cases run in the channel-interleaved layout, one image at a time.</summary>
public sealed class ChannelLayoutTests
{
    [Theory]
    [InlineData("hardtanh of a concat", true)]
    [InlineData("silu and sigmoid into concat", true)]
    [InlineData("rescaling of the input", true)]
    [InlineData("channel affine of a concat", true)]
    [InlineData("squeeze-and-excitation", true)]
    [InlineData("mul of two concats", true)]
    [InlineData("mul of a concat", false)]
    [InlineData("multiply by a spatial gate", false)]
    [InlineData("expand a channel", false)]
    public void One_image_runs_channel_interleaved_where_every_op_supports_it(string name, bool can)
    {
        int width = KernelSet.Widths[0];
        var plan = Plan.Compile(OpCases.Find(name).Network, new PlanOptions { BatchSize = 1, LaneWidth = width });
        Assert.Equal(can ? 1 : width, plan.Program.BlockImages);
    }
}
