using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>
/// Convolutions and gradients to the input by Winograd's transforms, in 2-D tiles and along the rows, against the plain sum.
/// </summary>
public sealed class WinogradCallTests
{
    private const double Tolerance = 2e-5;
    private static readonly string[] Algorithms = ["Winograd", "WinogradSmall", "WinogradRows"];

    private static readonly ConvCase[] Cases =
    [
        Case("3×3", 3, 1, (3, 5), (7, 9)),
        Case("3×3, no padding", 3, 0, (4, 6), (5, 8)),
        Case("3×3, padding 2", 3, 2, (2, 3), (6, 3)),
        Case("3×3 of one row", 3, 1, (5, 4), (1, 17)),
        Case("5×5", 5, 2, (3, 4), (9, 6)),
        Case("5×5, padding 4", 5, 4, (2, 7), (4, 5)),
        Case("5×5, no padding", 5, 0, (3, 1), (5, 7)),
        Case("several blocks of tiles", 3, 1, (24, 5), (19, 21)),
        Case("shares of many outputs", 3, 1, (2, 260), (6, 5)),
    ];

    public static TheoryData<string, string, int> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, int>();
            foreach (var one in Cases)
            {
                foreach (string algorithm in Algorithms)
                {
                    foreach (int width in KernelSet.Widths)
                    {
                        rows.Add(one.Name, algorithm, width);
                    }
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Forward_is_the_plain_convolution(string name, string algorithm, int width)
    {
        var one = Find(name);
        var (g, kernels, buffer) = (one.Geometry, KernelSet.For(width), new KernelBuffer(width));
        var x = buffer.Lay(g.InChannels, one.Height, one.Width, g.Columns.ForwardBorder(one.Width));
        var (y, add, mask) = (Out(1), Out(0), Out(2));
        buffer.Fill(x);
        buffer.Fill(add, 2);
        buffer.Fill(mask, 3);
        var weights = one.Pack(kernels.Planner.Packing(g), out int bias);
        foreach (string finish in (string[])["", "mask, ReLU", "SiLU"])
        {
            var call = kernels.Planner.Plan(new(g, x, y, new(weights.Start, bias, weights.Start + weights.Length))
            {
                Epilogue = finish switch
                {
                    "" => default,
                    "SiLU" => new() { Add = add, Activation = new ActivationFormula<Lanewise.Kernels.SiLU>() },
                    _ => new() { Add = add, Mask = mask, ReLU = true },
                },
                Algorithm = Enum.Parse<ConvAlgorithm>(algorithm),
            });
            Run(call, kernels, buffer, weights, y, parts: finish == "" ? 1 : 3);
            buffer.AssertClose($"{name}, {algorithm}", y, lane =>
            {
                var (sums, shortcut, cut) = (
                    PlainConv2d.Forward(g, buffer.Read(x, lane), one.Weights, one.Bias), buffer.Read(add, lane), buffer.Read(mask, lane));
                return finish switch
                {
                    "" => sums,
                    "SiLU" => sums.Map((k, p, q, v) => (v + shortcut[k, p, q]) / (1 + Math.Exp(-v - shortcut[k, p, q]))),
                    _ => sums.Map((k, p, q, v) => cut[k, p, q] > 0 ? Math.Max(0, v + shortcut[k, p, q]) : 0),
                };
            }, Tolerance);
        }

        Planes Out(int border) => buffer.Lay(g.OutChannels, one.OutHeight, one.OutWidth, border);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_gradient_to_the_input_is_the_plain_one(string name, string algorithm, int width)
    {
        var one = Find(name);
        var (g, kernels, buffer) = (one.Geometry, KernelSet.For(width), new KernelBuffer(width));
        var dy = buffer.Lay(g.OutChannels, one.OutHeight, one.OutWidth, g.Columns.BackwardBorder(one.Width));
        var dx = buffer.Lay(g.InChannels, one.Height, one.Width, 1);
        buffer.Fill(dy);
        var weights = one.Pack(kernels.Planner.Packing(g), out _);
        var call = kernels.Planner.Plan(Conv2dProblem.BackwardInput(
            [new(g, dy, weights.Start)], dx, weights.Start + weights.Length) with
        {
            Algorithm = Enum.Parse<ConvAlgorithm>(algorithm),
        });
        Run(call, kernels, buffer, weights, dx, parts: 2);
        buffer.AssertClose(
            $"{name}, {algorithm}", dx, lane => PlainConv2d.BackwardInput(g, buffer.Read(dy, lane), one.Weights, one.Height, one.Width), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Channel_interleaved_forward_is_the_plain_convolution(string name, string algorithm, int width)
    {
        var one = Find(name);
        var (g, kernels, buffer) = (one.Geometry, KernelSet.For(width), new KernelBuffer(width));
        var (inputs, outputs) = (ChannelLanes.Concat(
            [ChannelLanes.Of(1, width), ChannelLanes.Of(g.InChannels - 1, width)]), ChannelLanes.Of(g.OutChannels, width));
        var x = buffer.Lay(inputs.Vectors, one.Height, one.Width, g.Columns.ForwardBorder(one.Width));
        var y = buffer.Lay(outputs.Vectors, one.OutHeight, one.OutWidth, 1);
        var image = Volume.Random(g.InChannels, one.Height, one.Width);
        buffer.Write(x, inputs, image);
        var weights = one.Pack(kernels.Planner.Packing(g, isChannelInterleaved: true), out int bias);
        var call = kernels.Planner.Plan(new(g, x, y, new(weights.Start, bias, weights.Start + weights.Length))
        {
            Lanes = inputs,
            Epilogue = new() { Activation = new ActivationFormula<Lanewise.Kernels.SiLU>() },
            Algorithm = Enum.Parse<ConvAlgorithm>(algorithm),
        });
        Run(call, kernels, buffer, weights, y, parts: 2);
        PlainConv2d.Forward(g, image, one.Weights, one.Bias).Map((_, _, _, v) => v / (1 + Math.Exp(-v)))
            .AssertClose($"{name}, {algorithm}", buffer.Read(y, outputs), Tolerance);
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Tiles_are_pooled_before_they_are_written(int width)
    {
        foreach (var (kernel, algorithm, high, wide, ceil) in new[]
        {
            (3, ConvAlgorithm.Winograd, 2, 2, false), (3, ConvAlgorithm.Winograd, 2, 4, true), (5, ConvAlgorithm.Winograd, 2, 1, false),
                (3, ConvAlgorithm.WinogradSmall, 2, 2, true),
        })
        {
            var one = Case("pooled", kernel, kernel / 2, (3, 6), (9, 11));
            var (g, kernels, buffer) = (one.Geometry, KernelSet.For(width), new KernelBuffer(width));
            var (rows, columns) = (new ConvAxis(high, high, 0, 0, Ceil: ceil), new ConvAxis(wide, wide, 0, 0, Ceil: ceil));
            var x = buffer.Lay(3, 9, 11, kernel / 2);
            var y = buffer.Lay(6, rows.Outputs(9), columns.Outputs(11), 1);
            var sums = Planes.Lay(6, 9, 11, 0, 0);
            buffer.Fill(x);
            var weights = one.Pack(kernels.Planner.Packing(g), out int bias);
            var problem = new Conv2dProblem(g, x, sums, new(weights.Start, bias, weights.Start + weights.Length))
            {
                Epilogue = new() { ReLU = true, Pool = new PoolCall(PoolAxis.Of(rows, 9), PoolAxis.Of(columns, 11), sums, y) },
                Algorithm = algorithm,
            };
            Assert.True(Conv2dPlanner.CanPool(problem, rows, columns));
            var call = kernels.Planner.Plan(problem);
            Run(call, kernels, buffer, weights, y, parts: 2);
            buffer.AssertClose("pooled", y, lane =>
                PlainPool2d.Max(rows, columns, PlainConv2d.Forward(
                    g, buffer.Read(x, lane), one.Weights, one.Bias).Map((_, _, _, v) => Math.Max(0, v))), Tolerance);
        }
    }

    private static ConvCase Find(string name) => Cases.Single(one => one.Name == name);

    private static ConvCase Case(string name, int kernel, int padding, (int In, int Out) channels, (int Height, int Width) size)
    {
        var axis = new ConvAxis(kernel, 1, padding, padding);
        return new(name, new(channels.In, channels.Out, axis, axis), size.Height, size.Width);
    }

    /// <summary>Transforms the weights in two parts, then runs the call.</summary>
    private static void Run(Conv2dCall call, KernelSet kernels, KernelBuffer buffer, GuardedMemory packed, Planes output, int parts)
    {
        Assert.StartsWith("F(", call.Tile, StringComparison.Ordinal);
        var weights = new GuardedMemory(packed.Length + call.TransformedFloats);
        packed.Values.CopyTo(weights.Values);
        buffer.Weights = weights;
        buffer.Scratch = new(call.ScratchFloats, leading: false);
        buffer.Run(() =>
        {
            kernels.TransformWeights(call, weights.Memory, new Part(1, 2));
            kernels.TransformWeights(call, weights.Memory, new Part(0, 2));
            for (int i = 0; i < parts; i++)
            {
                kernels.Conv2d(call, buffer.Block, new Part(i, parts));
            }
        }, output);
        Assert.Equal(packed.Values.ToArray(), weights.Values[..packed.Length].ToArray());
    }
}
