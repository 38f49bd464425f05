using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class Conv2dPackingTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(6, 4)]
    [InlineData(7, 5)]
    [InlineData(3, 8)]
    public void Packed_weights_of_a_group_are_neighbours(int outputs, int group)
    {
        var g = new Conv2dGeometry(3, outputs, new ConvAxis(2, 1, 0, 0), new ConvAxis(3, 1, 0, 0));
        var packing = new Conv2dPacking(g, group);
        float[] weights = [.. Enumerable.Range(1, outputs * 18).Select(i => (float)i)], packed = new float[packing.Length];
        packing.Pack(weights, packed);

        Assert.Equal((18, (outputs + group - 1) / group * group * 18), (packing.PerOutput, packing.Length));
        for (int k = 0; k < packing.Length / 18; k++)
        {
            for (int i = 0; i < 18; i++)
            {
                // [k / group][c][r][s][k % group], zero beyond the last output.
                Assert.Equal(k < outputs ? weights[k * 18 + i] : 0, packed[(k / group * 18 + i) * group + k % group]);
            }
        }

        float[] back = new float[weights.Length];
        packing.Unpack(packed, back);
        Assert.Equal(weights, back);
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Groups_hold_at_most_the_outputs_that_the_registers_allow(int width)
    {
        var kernels = KernelSet.For(width);
        for (int outputs = 1; outputs < 40; outputs++)
        {
            var g = new Conv2dGeometry(3, outputs, new ConvAxis(1, 1, 0, 0), new ConvAxis(1, 1, 0, 0));
            Assert.InRange(kernels.Planner.Packing(g).Group, 1, Math.Min(5, outputs));
            Assert.InRange(kernels.Planner.Packing(g, isChannelInterleaved: true).Group, width, Math.Min(5, (outputs + width - 1) / width) * width);
            Assert.Equal(0, kernels.Planner.Packing(g, isChannelInterleaved: true).Group % width);
        }
    }

    [Fact]
    public void A_linear_layer_is_a_convolution_of_one_pixel()
    {
        var one = new ConvAxis(1, 1, 0, 0);
        Assert.Equal(new Conv2dGeometry(12, 5, one, one), Conv2dGeometry.Linear(12, 5));
        Assert.Equal(1, Conv2dGeometry.Linear(12, 5).Positions);
        Assert.Equal(15, new Conv2dGeometry(1, 1, one with { Kernel = 5 }, one with { Kernel = 3 }).Positions);
    }
}
