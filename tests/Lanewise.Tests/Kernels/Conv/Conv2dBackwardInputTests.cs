using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>The direct gradient to the input.</summary>
public sealed class Conv2dBackwardInputTests
{
    public static TheoryData<string, int> Rows => ConvCase.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_gradient_to_the_input_is_the_plain_one(string name, int width)
    {
        var one = ConvCase.Find(name);
        var (g, kernels, buffer) = (one.Geometry, KernelSet.For(width), new KernelBuffer(width));
        var dy = buffer.Lay(g.OutChannels, one.OutHeight, one.OutWidth, g.Columns.BackwardBorder(one.Width));
        var dx = buffer.Lay(g.InChannels, one.Height, one.Width, 1);
        var mask = buffer.Lay(g.InChannels, one.Height, one.Width);
        buffer.Fill(dy);
        buffer.Fill(mask, 2);
        buffer.Weights = one.Pack(kernels.Planner.Packing(g), out _);
        var call = kernels.Planner.Plan(Conv2dProblem.BackwardInput([new(g, dy, buffer.Weights.Start)], dx) with
        {
            Epilogue = new() { Mask = mask },
            Algorithm = ConvAlgorithm.Direct,
        });
        buffer.Run(() =>
        {
            kernels.Conv2d(call, buffer.Block, new Part(1, 2));
            kernels.Conv2d(call, buffer.Block, new Part(0, 2));
        }, dx);
        buffer.AssertClose(name, dx, lane =>
        {
            var cut = buffer.Read(mask, lane);
            return PlainConv2d.BackwardInput(
                g, buffer.Read(dy, lane), one.Weights, one.Height, one.Width).Map((c, h, w, v) => cut[c, h, w] > 0 ? v : 0);
        });
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Convolutions_of_the_same_input_are_summed_in_one_call(int width)
    {
        var axis = new ConvAxis(1, 1, 0, 0);
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        ConvCase[] all = [.. new[] { 8, 4, 12 }.Select(outputs => new ConvCase("1×1", new(5, outputs, axis, axis), 3, 7))];
        // Gradients of several pitches, as convolutions with different borders leave them.
        Planes[] dys = [.. all.Select((one, i) => buffer.Lay(one.Geometry.OutChannels, 3, 7, i))];
        var dx = buffer.Lay(5, 3, 7, 2);
        Array.ForEach(dys, dy => buffer.Fill(dy, (ulong)dy.Offset));
        GuardedMemory[] packed = [.. all.Select(one => one.Pack(kernels.Planner.Packing(one.Geometry), out _))];
        buffer.Weights = new(packed.Sum(p => p.Length));
        var sources = new List<Conv2dSource>();
        for (int i = 0, at = 0; i < all.Length; at += packed[i++].Length)
        {
            packed[i].Values.CopyTo(buffer.Weights.Values[at..]);
            sources.Add(new(all[i].Geometry, dys[i], buffer.Weights.Start + at));
        }

        var call = kernels.Planner.Plan(Conv2dProblem.BackwardInput(sources, dx) with { Algorithm = ConvAlgorithm.Direct });
        buffer.Run(() => kernels.Conv2d(call, buffer.Block, Part.All), dx);
        buffer.AssertClose("sum", dx, lane =>
        {
            Volume[] parts = [.. all
                .Select((one, i) => PlainConv2d.BackwardInput(one.Geometry, buffer.Read(dys[i], lane), one.Weights, 3, 7))];
            return parts[0].Map((c, h, w, _) => parts.Sum(part => part[c, h, w]));
        });
    }
}
