using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Copies between (N, C, H, W) and the two layouts of the kernels.</summary>
public sealed class LaneTransferTests
{
    private const int C = 3, H = 4, W = 5;

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Images_go_into_lanes_and_come_out_again(int width)
    {
        int count = Math.Max(1, width - 1);
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        var x = buffer.Lay(C, H, W, 2);
        float[] images = [.. Volume.Randoms(count * C * H * W).Select(v => (float)v)], image = new float[C * H * W];
        buffer.Run(() =>
        {
            kernels.LanesIn(images, count, x, buffer.Block, new Part(1, 2));
            kernels.LanesIn(images, count, x, buffer.Block, new Part(0, 2));
        }, x);
        for (int lane = 0; lane < width; lane++)
        {
            var expected = Volume.Of(C, H, W, (c, h, w) => lane < count ? images[((lane * C + c) * H + h) * W + w] : 0);
            Assert.Equal(expected.Values, buffer.Read(x, lane).Values);
            buffer.Run(() => kernels.LaneOut(x, lane, image, buffer.Block));
            Assert.Equal(expected.Values, image.Select(v => (double)v));
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Channels_go_into_lanes_and_come_out_again(int width)
    {
        int channels = width + 2;
        var lanes = ChannelLanes.Concat([ChannelLanes.Of(1, width), ChannelLanes.Of(channels - 1, width)]);
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(lanes.Vectors, H, W, 1), to = buffer.Lay(channels, H, W);
        var image = Volume.Random(channels, H, W);
        float[] values = [.. image.Values.Select(v => (float)v)];
        kernels.ChannelsIn(values, lanes, x, buffer.Block, new Part(1, 3));
        kernels.ChannelsIn(values, lanes, x, buffer.Block, new Part(0, 3));
        kernels.ChannelsIn(values, lanes, x, buffer.Block, new Part(2, 3));
        Assert.Equal(image.Values, buffer.Read(x, lanes).Values);
        kernels.ChannelsOut(lanes, x, to, buffer.Block);
        Assert.Equal(image.Values, buffer.Read(to, 0).Values);
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Flatten_keeps_the_order_in_either_direction(int width)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(C, H, W, 1), flat = buffer.Lay(C * H * W, 1, 1), back = buffer.Lay(C, H, W, 2);
        buffer.Fill(x);
        buffer.Run(() => kernels.Flatten(x, flat, buffer.Block), flat);
        buffer.Run(() => kernels.Flatten(flat, back, buffer.Block), back);
        for (int lane = 0; lane < width; lane++)
        {
            Assert.Equal(buffer.Read(x, lane).Values, buffer.Read(flat, lane).Values);
            Assert.Equal(buffer.Read(x, lane).Values, buffer.Read(back, lane).Values);
        }
    }
}
