using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class ChannelLanesTests
{
    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(8, 4, 2)]
    [InlineData(9, 4, 3)]
    [InlineData(5, 1, 5)]
    public void Channels_fill_as_few_vectors_as_hold_them(int channels, int laneWidth, int vectors)
    {
        var lanes = ChannelLanes.Of(channels, laneWidth);
        Assert.Equal((channels, vectors), (lanes.Channels, lanes.Vectors));
        Assert.Equal(channels % laneWidth == 0, lanes.AreFull(laneWidth));
        for (int c = 0; c < channels; c++)
        {
            Assert.Equal(c / laneWidth * 7 * laneWidth + c % laneWidth, lanes.Offset(c, planeStride: 7, laneWidth));
        }
    }

    [Fact]
    public void A_concatenation_keeps_the_vectors_of_its_branches()
    {
        var lanes = ChannelLanes.Concat([ChannelLanes.Of(5, 4), ChannelLanes.Of(3, 4), ChannelLanes.Of(4, 4)]);
        Assert.Equal((12, 4), (lanes.Channels, lanes.Vectors));
        Assert.False(lanes.AreFull(4));
        int[] offsets = [.. Enumerable.Range(0, 12).Select(c => lanes.Offset(c, planeStride: 10, 4))];
        Assert.Equal([0, 1, 2, 3, 40, 80, 81, 82, 120, 121, 122, 123], offsets);
        Assert.Equal([(0, 4), (4, 1), (5, 3), (8, 4)], Enumerable.Range(0, 4).Select(lanes.ChannelsOf));
    }

    [Fact]
    public void Equal_vectors_are_equal_lanes()
    {
        Assert.Equal(ChannelLanes.Of(12, 4), ChannelLanes.Concat([ChannelLanes.Of(8, 4), ChannelLanes.Of(4, 4)]));
        Assert.NotEqual(ChannelLanes.Of(12, 4), ChannelLanes.Concat([ChannelLanes.Of(6, 4), ChannelLanes.Of(6, 4)]));
        Assert.False(ChannelLanes.Of(3, 4).Equals(null));
    }
}
