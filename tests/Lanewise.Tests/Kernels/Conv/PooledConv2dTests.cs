using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>A direct convolution followed by max pooling, whose sums exist only in the thread's own memory.</summary>
public sealed class PooledConv2dTests
{
    public static TheoryData<string, int> Rows =>
        LaneTest.Rows(["2×2", "3×3, stride 2, padding 1", "3×2, stride 2×1", "2×3, stride 1×2, padding 0×1"]);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Pooled_sums_are_plain_maxima_of_the_plain_convolution(string name, int width)
    {
        var (rows, columns) = name switch
        {
            "2×2" => (new ConvAxis(2, 2, 0, 0), new ConvAxis(2, 2, 0, 0)),
            "3×3, stride 2, padding 1" => (new ConvAxis(3, 2, 1, 1), new ConvAxis(3, 2, 1, 1)),
            "3×2, stride 2×1" => (new ConvAxis(3, 2, 1, 1), new ConvAxis(2, 1, 0, 0)),
            _ => (new ConvAxis(2, 1, 0, 0), new ConvAxis(3, 2, 1, 1)),
        };
        Assert.True(DirectConv2dCall.CanPool(rows) && DirectConv2dCall.CanPool(columns));
        foreach (int parts in new[] { 1, 3 })
        {
            var one = new ConvCase(name, new(3, 7, new(3, 1, 1, 1), new(2, 1, 1, 0)), 11, 9);
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
            var (pooledRows, pooledColumns) = (PoolAxis.Of(rows, one.OutHeight), PoolAxis.Of(columns, one.OutWidth));
            var x = buffer.Lay(3, one.Height, one.Width, one.Geometry.Columns.ForwardBorder(one.Width));
            var y = buffer.Lay(7, pooledRows.Outputs, pooledColumns.Outputs, 1);
            var sums = Planes.Lay(7, one.OutHeight, one.OutWidth, 0, 0);
            buffer.Fill(x);
            buffer.Weights = one.Pack(kernels.Planner.Packing(one.Geometry), out int bias);
            var call = kernels.Planner.Plan(new(one.Geometry, x, sums, new(buffer.Weights.Start, bias))
            {
                Epilogue = new() { ReLU = true, Pool = new PoolCall(pooledRows, pooledColumns, sums, y) },
                Algorithm = ConvAlgorithm.Direct,
            });
            buffer.Scratch = new(call.ScratchFloats, leading: false);
            buffer.Run(() =>
            {
                for (int i = 0; i < parts; i++)
                {
                    kernels.Conv2d(call, buffer.Block, new Part(i, parts));
                }
            }, y);
            buffer.AssertClose(name, y, lane =>
                PlainPool2d.Max(rows, columns, PlainConv2d.Forward(
                    one.Geometry, buffer.Read(x, lane), one.Weights, one.Bias).Map((_, _, _, v) => Math.Max(0, v))));
        }
    }
}
