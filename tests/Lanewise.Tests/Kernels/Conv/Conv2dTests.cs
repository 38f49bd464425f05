using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>The direct forward convolution in both layouts.</summary>
public sealed class Conv2dTests
{
    public static TheoryData<string, int> Rows => ConvCase.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Forward_is_the_plain_convolution(string name, int width) => AssertForward(ConvCase.Find(name), width, "");

    [Theory]
    [MemberData(nameof(Rows))]
    public void Forward_adds_the_shortcut_then_masks_then_applies_ReLU(string name, int width) =>
        AssertForward(ConvCase.Find(name), width, "mask, ReLU");

    [Theory]
    [MemberData(nameof(Rows))]
    public void Forward_adds_the_shortcut_then_applies_the_activation(string name, int width) =>
        AssertForward(ConvCase.Find(name), width, "SiLU");

    [Fact]
    public void Pooling_and_an_activation_exclude_each_other()
    {
        var axis = PoolAxis.Of(new ConvAxis(2, 2, 0, 0), 8);
        var e = Assert.Throws<ArgumentException>(() => Prepare(ConvCase.Find("3×3, padding 1"), 1, (_, y) => new()
        {
            Activation = new ActivationFormula<Lanewise.Kernels.SiLU>(),
            Pool = new PoolCall(axis, axis, y, y),
        }));
        Assert.Contains("no activation but ReLU", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Channel_interleaved_forward_is_the_plain_convolution(string name, int width)
    {
        var one = ConvCase.Find(name);
        var g = one.Geometry;
        int half = (g.InChannels + 1) / 2;
        foreach (var lanes in new[]
        {
            ChannelLanes.Of(g.InChannels, width),
            ChannelLanes.Concat([ChannelLanes.Of(half, width), ChannelLanes.Of(g.InChannels - half, width)]),
        })
        {
            var (kernels, buffer, outputs) = (KernelSet.For(width), new KernelBuffer(width), ChannelLanes.Of(g.OutChannels, width));
            var x = buffer.Lay(lanes.Vectors, one.Height, one.Width, g.Columns.ForwardBorder(one.Width));
            var y = buffer.Lay(outputs.Vectors, one.OutHeight, one.OutWidth, 1);
            var image = Volume.Random(g.InChannels, one.Height, one.Width);
            buffer.Write(x, lanes, image);
            buffer.Weights = one.Pack(kernels.Planner.Packing(g, isChannelInterleaved: true), out int bias);
            var call = kernels.Planner.Plan(new(g, x, y, new(buffer.Weights.Start, bias))
            {
                Lanes = lanes,
                Epilogue = new() { ReLU = true },
                Algorithm = ConvAlgorithm.Direct,
            });
            buffer.Run(() => kernels.Conv2d(call, buffer.Block, Part.All), y);
            PlainConv2d.Forward(g, image, one.Weights, one.Bias).Map(
                (_, _, _, v) => Math.Max(0, v)).AssertClose(name, buffer.Read(y, outputs));
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Parts_together_write_the_same_bits_as_one_call(int width)
    {
        var one = ConvCase.Find("3×3, padding 1");
        var (call, kernels, buffer, x, y) = Prepare(one, width);
        buffer.Fill(x);
        buffer.Run(() => kernels.Conv2d(call, buffer.Block, Part.All), y);
        var whole = buffer.Read(y, 0);
        for (int parts = 2; parts < 8; parts++)
        {
            buffer.Fill(y, 9);
            for (int i = parts - 1; i >= 0; i--)
            {
                kernels.Conv2d(call, buffer.Block, new Part(i, parts));
            }

            Assert.Equal(whole.Values, buffer.Read(y, 0).Values);
        }
    }

    internal static (Conv2dCall Call, KernelSet Kernels, KernelBuffer Buffer, Planes X, Planes Y) Prepare(
        ConvCase one, int width, Func<KernelBuffer, Planes, Epilogue>? epilogue = null)
    {
        var (g, kernels, buffer) = (one.Geometry, KernelSet.For(width), new KernelBuffer(width));
        var x = buffer.Lay(g.InChannels, one.Height, one.Width, g.Columns.ForwardBorder(one.Width));
        var y = buffer.Lay(g.OutChannels, one.OutHeight, one.OutWidth, 2);
        buffer.Weights = one.Pack(kernels.Planner.Packing(g), out int bias);
        var call = kernels.Planner.Plan(new(g, x, y, new(buffer.Weights.Start, bias))
        {
            Epilogue = epilogue?.Invoke(buffer, y) ?? default,
            Algorithm = ConvAlgorithm.Direct,
        });
        return (call, kernels, buffer, x, y);
    }

    private static void AssertForward(ConvCase one, int width, string finish)
    {
        Planes add = default, mask = default;
        var (call, kernels, buffer, x, y) = Prepare(one, width, (buffer, y) =>
        {
            add = buffer.Lay(y.Channels, y.Height, y.Width, 1);
            mask = buffer.Lay(y.Channels, y.Height, y.Width);
            return finish switch
            {
                "" => default,
                "SiLU" => new() { Add = add, Activation = new ActivationFormula<Lanewise.Kernels.SiLU>() },
                _ => new() { Add = add, Mask = mask, ReLU = true },
            };
        });
        buffer.Fill(x);
        buffer.Fill(add, 2);
        buffer.Fill(mask, 3);
        buffer.Run(() =>
        {
            kernels.Conv2d(call, buffer.Block, new Part(1, 2));
            kernels.Conv2d(call, buffer.Block, new Part(0, 2));
        }, y);
        buffer.AssertClose(one.Name, y, lane =>
        {
            var (sums, shortcut, cut) = (PlainConv2d.Forward(
                one.Geometry, buffer.Read(x, lane), one.Weights, one.Bias), buffer.Read(add, lane), buffer.Read(mask, lane));
            return finish switch
            {
                "" => sums,
                "SiLU" => sums.Map((k, p, q, v) => (v + shortcut[k, p, q]) / (1 + Math.Exp(-v - shortcut[k, p, q]))),
                _ => sums.Map((k, p, q, v) => cut[k, p, q] > 0 ? Math.Max(0, v + shortcut[k, p, q]) : 0),
            };
        });
    }
}
