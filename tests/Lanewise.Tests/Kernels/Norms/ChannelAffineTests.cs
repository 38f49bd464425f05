using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class ChannelAffineTests
{
    private const int Channels = 5, Height = 3, Width = 70;
    private static readonly double[] Parameters = Volume.Randoms(2 * Channels, 9);

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Forward_and_gradients_are_the_plain_formulas(int width)
    {
        foreach (var (bias, adds) in new[] { (true, false), (false, false), (true, true) })
        {
            var kernels = KernelSet.For(width);
            var (buffer, call) = Lay(width, bias, adds);
            Planes x = call.Input, dy = call.Output, dx = call.InputGradient, y = buffer.Lay(Channels, Height, Width, 2);
            var forward = new ChannelAffineCall { Input = x, Output = y, Weight = call.Weight, Bias = call.Bias, Slots = call.Slots };
            buffer.Fill(x);
            buffer.Fill(dy, 2);
            if (adds)
            {
                buffer.Fill(dx, 3);
            }

            Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(dx, lane))];
            buffer.Run(() =>
            {
                foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
                {
                    kernels.ChannelAffine(forward, buffer.Block, part);
                    kernels.ChannelAffineBackwardInput(call, buffer.Block, part);
                }
            }, y, dx);
            buffer.AssertClose("y", y, lane => buffer.Read(x, lane).Map((c, _, _, v) =>
                Parameters[c] * v + (bias ? Parameters[Channels + c] : 0)));
            buffer.AssertClose("dx", dx, lane => buffer.Read(dy, lane).Map((c, h, w, v) =>
                Parameters[c] * v + (adds ? before[lane][c, h, w] : 0)));
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Gradients_of_the_parameters_are_sums_over_the_images_of_all_blocks(int width)
    {
        var kernels = KernelSet.For(width);
        var (buffer, call) = Lay(width, bias: true, accumulate: false);
        buffer.Images = Math.Max(1, width - 1);
        buffer.Fill(call.Input);
        buffer.Fill(call.Output, 2);
        buffer.Gradients = GuardedMemory.Of(Enumerable.Repeat(1.0, 2 * Channels).ToArray());
        // One block twice.
        BlockMemory[] blocks = [buffer.Block, buffer.Block];
        buffer.Run(() =>
        {
            kernels.ChannelAffineBackwardWeights(call, blocks, new Part(1, 2));
            kernels.ChannelAffineBackwardWeights(call, blocks, new Part(0, 2));
        });
        for (int c = 0; c < Channels; c++)
        {
            double product = 0, sum = 0;
            for (int lane = 0; lane < buffer.Images; lane++)
            {
                var (x, dy) = (buffer.Read(call.Input, lane), buffer.Read(call.Output, lane));
                for (int i = 0; i < Height * Width; i++)
                {
                    product += x[c, i / Width, i % Width] * dy[c, i / Width, i % Width];
                    sum += dy[c, i / Width, i % Width];
                }
            }

            Assert.Equal(1 + 2 * product, buffer.Gradients.Values[c], 1e-3);
            Assert.Equal(1 + 2 * sum, buffer.Gradients.Values[Channels + c], 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Channels_in_the_lanes_have_their_own_numbers(int width)
    {
        var lanes = ChannelLanes.Concat([ChannelLanes.Of(2, width), ChannelLanes.Of(Channels - 2, width)]);
        var buffer = new KernelBuffer(width) { Weights = GuardedMemory.Of(Parameters) };
        Planes x = buffer.Lay(lanes.Vectors, 2, 3, 1), y = buffer.Lay(lanes.Vectors, 2, 3);
        var image = Volume.Random(Channels, 2, 3);
        buffer.Fill(x);
        buffer.Write(x, lanes, image);
        int weight = buffer.Weights.Start;
        var call = new ChannelAffineCall { Input = x, Output = y, Weight = weight, Bias = weight + Channels, Lanes = lanes, Slots = default };
        buffer.Run(() => KernelSet.For(width).ChannelAffine(call, buffer.Block, Part.All), y);
        image.Map((c, _, _, v) => Parameters[c] * v + Parameters[Channels + c]).AssertClose("y", buffer.Read(y, lanes));
    }

    private static (KernelBuffer Buffer, ChannelAffineCall Call) Lay(int width, bool bias, bool accumulate)
    {
        var buffer = new KernelBuffer(width) { Weights = GuardedMemory.Of(Parameters) };
        int weight = buffer.Weights.Start;
        return (buffer, new ChannelAffineCall
        {
            Input = buffer.Lay(Channels, Height, Width, 1),
            Output = buffer.Lay(Channels, Height, Width),
            InputGradient = buffer.Lay(Channels, Height, Width, 1),
            Accumulate = accumulate,
            Weight = weight,
            Bias = bias ? weight + Channels : -1,
            Slots = new(SlotLayout.MaxPiece, 1),
        });
    }
}
