using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>The direct gradient to weights and bias, summed over blocks.</summary>
public sealed class Conv2dBackwardWeightsTests
{
    public static TheoryData<string, int> Rows => ConvCase.Rows;

    public static TheoryData<int, int, int> Tiles
    {
        get
        {
            var rows = new TheoryData<int, int, int>();
            foreach (int width in KernelSet.Widths)
            {
                for (int i = 0; i < 30; i++)
                {
                    rows.Add(width, 1 + i / 6, 1 + i % 6);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_gradient_to_the_weights_is_added_over_blocks(string name, int width) =>
        AssertGradient(ConvCase.Find(name), width, ConvAlgorithm.Direct, 1e-5);

    [Theory]
    [MemberData(nameof(Tiles))]
    public void Every_group_beside_every_number_of_taps_is_a_plain_sum(int width, int group, int taps)
    {
        // Positions of one kernel row, all in one group of taps.
        var one = new ConvCase("tile", new(1, 2 * group + 1, new(2, 2, 0, 1), new(taps, 1, 0, 0)), 7, 11);
        var (g, buffer) = (one.Geometry, new KernelBuffer(width));
        Planes x = buffer.Lay(1, one.Height, one.Width, g.Columns.ForwardBorder(one.Width)),
            dy = buffer.Lay(g.OutChannels, one.OutHeight, one.OutWidth);
        buffer.Fill(x);
        buffer.Fill(dy, 2);
        var packing = new Conv2dPacking(g, group);
        buffer.Gradients = new(packing.Length);
        buffer.Gradients.Values.Clear();
        var groups = TapGroups.Build(g, x, dy, group, taps, bandRows: 3, width);
        Assert.Equal(taps, groups.MaxTaps);
        var call = new DirectGradientCall(groups, x, dy, new(SlotLayout.MaxPiece, 1), group, packing.PerOutput)
        {
            Weights = buffer.Gradients.Start,
            BandRows = 3,
            InputStep = g.Columns.Stride,
            InputRowStep = g.Rows.Stride,
        };
        buffer.Run(() => KernelSet.For(width).Conv2dGradient(call, [buffer.Block], Part.All));
        AssertSums("tile", one, packing, buffer.Gradients.Values, [(buffer, x, dy)], 0, 1e-5);
    }

    /// <summary>Runs all calls of a gradient, in two parts each, over two blocks of one slot and of two, and compares what they added.</summary>
    internal static void AssertGradient(ConvCase one, int width, ConvAlgorithm algorithm, double tolerance, string? tile = null)
    {
        AssertGradient(one, width, algorithm, tolerance, tile, new SlotLayout(2 * SlotLayout.MaxPiece, 1));
        AssertGradient(one, width, algorithm, tolerance, tile, new SlotLayout(Math.Max(SlotLayout.MinImages, width), 2));
    }

    private static void AssertGradient(
        ConvCase one, int width, ConvAlgorithm algorithm, double tolerance, string? tile, SlotLayout slots)
    {
        var (g, kernels) = (one.Geometry, KernelSet.For(width));
        var packing = kernels.Planner.Packing(g);
        var gradients = new GuardedMemory(packing.Length + g.OutChannels);
        gradients.Values.Fill(1);
        (KernelBuffer Buffer, Planes X, Planes DY)[] blocks = [.. Enumerable.Range(0, 2).Select(i =>
        {
            var buffer = new KernelBuffer(width) { Gradients = gradients };
            var x = buffer.Lay(g.InChannels, one.Height, one.Width, g.Columns.ForwardBorder(one.Width));
            var dy = buffer.Lay(g.OutChannels, one.OutHeight, one.OutWidth, 1);
            return (buffer, buffer.Fill(x, 1 + 2 * (ulong)i), buffer.Fill(dy, 2 + 2 * (ulong)i));
        })];
        var (_, input, gradient) = blocks[0];
        var calls = kernels.Planner.PlanGradient(g, input, gradient, gradients.Start, slots, algorithm);
        // What slots wait for lies in shared memory from call to call.
        var shared = new GuardedMemory(calls.Max(call => call.SharedFloats), leading: false);
        var bias = new BiasGradientCall(gradient, gradients.Start + packing.Length, slots);
        foreach (var call in calls)
        {
            Assert.Matches(call is SlotSumCall ? "^$" : tile ?? "^taps ", call.Tile ?? "");
            var scratch = new GuardedMemory(call.ScratchFloats, leading: false);
            Array.ForEach(blocks, block => (block.Buffer.Scratch, block.Buffer.Shared) = (scratch, shared));
            BlockMemory[] memories = [.. blocks.Select(block => block.Buffer.Block)];
            blocks[0].Buffer.Run(() => blocks[1].Buffer.Run(() =>
            {
                for (int i = 0; i < 2 && call.TransformUnits > 0; i++)
                {
                    kernels.TransformGradient(call, memories, new Part(i, 2));
                }

                for (int i = 0; i < 2; i++)
                {
                    kernels.Conv2dGradient(call, memories, new Part(i, 2));
                    if (call == calls[0])
                    {
                        kernels.Conv2dBiasGradient(bias, memories, new Part(i, 2));
                    }
                }
            }));
        }

        AssertSums(one.Name, one, packing, gradients.Values, blocks, 1, tolerance);
        double[] sums = Sum(blocks
            .SelectMany(block => Lanes(block.Buffer).Select(lane => PlainConv2d.BackwardBias(block.Buffer.Read(block.DY, lane)))));
        Engine.Compare.Close(one.Name, Array.ConvertAll(sums, b => b + 1), gradients.Values[packing.Length..], tolerance);
    }

    private static void AssertSums(
        string name, ConvCase one, Conv2dPacking packing, Span<float> packed, (KernelBuffer Buffer, Planes X, Planes DY)[] blocks,
            double before, double tolerance)
    {
        double[] expected = Sum(blocks.SelectMany(block => Lanes(block.Buffer)
            .Select(lane => PlainConv2d.BackwardWeights(
                one.Geometry, block.Buffer.Read(block.X, lane), block.Buffer.Read(block.DY, lane)))));
        var (actual, repacked) = (new float[expected.Length], new float[packing.Length]);
        packing.Unpack(packed, actual);
        Engine.Compare.Close(name, Array.ConvertAll(expected, v => v + before), actual, tolerance);
        // What fills up the last group is left as it was.
        Array.Fill(repacked, (float)before);
        packing.Pack(actual, repacked);
        Assert.Equal(repacked, packed[..packing.Length].ToArray());
    }

    private static IEnumerable<int> Lanes(KernelBuffer buffer) => Enumerable.Range(0, buffer.Images);

    private static double[] Sum(IEnumerable<double[]> all) => all.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
}
