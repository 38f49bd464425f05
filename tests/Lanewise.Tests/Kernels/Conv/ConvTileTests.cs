using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Every number of pixels beside every group, whichever of them this processor's registers would choose.</summary>
public sealed class ConvTileTests
{
    private static readonly ConvAxis One = new(1, 1, 0, 0);

    public static TheoryData<int, int, int> Tiles
    {
        get
        {
            var rows = new TheoryData<int, int, int>();
            foreach (int width in KernelSet.Widths)
            {
                for (int group = 1; group <= 5; group++)
                {
                    foreach (int pixels in new[] { 1, 2, 3, 4, 5, 6, 8, 9, 12 })
                    {
                        rows.Add(width, group, pixels);
                    }
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Tiles))]
    public void A_tile_of_images_is_a_plain_sum(int width, int group, int pixels)
    {
        var g = new Conv2dGeometry(7, 3 * group - 1, One, One);
        var one = new ConvCase("tile", g, 2, pixels);
        var buffer = new KernelBuffer(width);
        Planes x = buffer.Lay(7, 2, pixels), y = buffer.Lay(g.OutChannels, 2, pixels);
        buffer.Fill(x);
        buffer.Weights = one.Pack(new(g, group), out int bias);
        var call = Direct(TapTable.Forward(g, x, null, group, pixels, width), x, y, null, group, (
            buffer.Weights.Start, bias, 7, 1), width, pairs: false);
        Assert.Equal(pixels, call.Taps.MaxPixels);
        buffer.Run(() => KernelSet.For(width).Conv2d(call, buffer.Block, Part.All), y);
        buffer.AssertClose("tile", y, lane => PlainConv2d.Forward(g, buffer.Read(x, lane), one.Weights, one.Bias));
    }

    [Theory]
    [MemberData(nameof(Tiles))]
    public void A_tile_of_channels_is_a_plain_sum(int width, int group, int pixels)
    {
        var g = new Conv2dGeometry(7, (3 * group - 1) * width, One, One);
        var one = new ConvCase("tile", g, 2, pixels);
        var (buffer, inputs, outputs) = (new KernelBuffer(width), ChannelLanes.Of(7, width), ChannelLanes.Of(g.OutChannels, width));
        Planes x = buffer.Lay(inputs.Vectors, 2, pixels), y = buffer.Lay(outputs.Vectors, 2, pixels);
        var image = Volume.Random(7, 2, pixels);
        buffer.Write(x, inputs, image);
        buffer.Weights = one.Pack(new(g, group * width), out int bias);
        var call = Direct(TapTable.Forward(g, x, inputs, group, pixels, width), x, y, inputs, group, (
            buffer.Weights.Start, bias, 7 * width, width), width, pairs: false);
        buffer.Run(() => KernelSet.For(width).Conv2d(call, buffer.Block, Part.All), y);
        PlainConv2d.Forward(g, image, one.Weights, one.Bias).AssertClose("tile", buffer.Read(y, outputs));
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Pairs_of_groups_are_plain_sums(int width)
    {
        foreach (var (outputs, columns, stride) in new[] { (8, 3, 1), (19, 7, 1), (18, 5, 2), (24, 4, 1), (9, 1, 1) })
        {
            var g = new Conv2dGeometry(21, outputs, One with { Stride = stride }, One with { Stride = stride });
            var one = new ConvCase("pairs", g, 5, columns * stride);
            var buffer = new KernelBuffer(width);
            Planes x = buffer.Lay(21, 5, columns * stride, 1), y = buffer.Lay(outputs, one.OutHeight, columns, 1),
                add = buffer.Lay(outputs, one.OutHeight, columns);
            buffer.Fill(x);
            buffer.Fill(add, 2);
            buffer.Weights = one.Pack(new(g, 4), out int bias);
            var table = TapTable.Forward(g, x, null, 4, DirectConv2dCall.PairPixels, width);
            var call = Direct(table, x, y, null, 4, (buffer.Weights.Start, bias, 21, 1), width, pairs: true, new() { Add = add });
            Assert.StartsWith("taps 8×", call.Tile, StringComparison.Ordinal);
            buffer.Run(() => KernelSet.For(width).Conv2d(call, buffer.Block, Part.All), y);
            buffer.AssertClose("pairs", y, lane =>
            {
                var shortcut = buffer.Read(add, lane);
                return PlainConv2d.Forward(g, buffer.Read(x, lane), one.Weights, one.Bias).Map((k, p, q, v) => v + shortcut[k, p, q]);
            });
        }
    }

    private static Conv2dChoice Only { get; } = new(Conv2dCandidate.Direct(1), [Conv2dCandidate.Direct(1)], ChoiceReason.Only);

    private static DirectConv2dCall Direct(
        TapTable taps, Planes x, Planes y, ChannelLanes? lanes, int group, (int Start, int Bias, int PerOutput, int Stride) weights,
            int width, bool pairs, Epilogue epilogue = default) =>
        new(new(default, x, y, new(weights.Start, weights.Bias)) { Lanes = lanes, Epilogue = epilogue }, Only, taps)
        {
            Pairs = pairs,
            Group = group,
            WeightsPerOutput = weights.PerOutput,
            WeightStride = weights.Stride,
            SourceStep = x.Width / y.Width,
            OutputStep = 1,
            BandRows = 2,
            LaneWidth = width,
        };
}
