using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Transformed weights lie as <c>[point][output / group][channel][output % group]</c>, zero beyond the last output.</summary>
public sealed class WinogradWeightsTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void The_filters_of_a_group_are_neighbours_at_every_point(int width)
    {
        foreach (int outputs in new[] { 3, 4, 10, 21 })
        {
            var axis = new ConvAxis(3, 1, 1, 1);
            var one = new ConvCase("weights", new(5, outputs, axis, axis), 6, 6);
            var (g, kernels) = (one.Geometry, KernelSet.For(width));
            var (x, y, packing) = (Planes.Lay(5, 6, 6, 1, 0), Planes.Lay(outputs, 6, 6, 1, 0), kernels.Planner.Packing(g));
            var packed = one.Pack(packing, out int bias);
            var call = (WinogradCall)kernels.Planner.Plan(new(g, x, y, new(packed.Start, bias, packed.Start + packed.Length))
            {
                Algorithm = ConvAlgorithm.WinogradSmall,
            });
            var weights = new GuardedMemory(packed.Length + call.TransformedFloats);
            packed.Values.CopyTo(weights.Values);
            kernels.TransformWeights(call, weights.Memory, Part.All);
            weights.AssertGuards();
            int group = call.OutputGroup;
            var transformed = weights.Values[packed.Length..];
            for (int i = 0; i < call.WeightPoint * 16; i++)
            {
                var (point, at) = Math.DivRem(i, call.WeightPoint);
                var (place, within) = Math.DivRem(at, group);
                int k = place / 5 * group + within;
                double expected = k < outputs && place / 5 < (outputs + group - 1) / group
                    ? Point(one, k, place % 5, point / 4, point % 4) : 0;
                Assert.Equal(expected, transformed[i], 1e-6);
            }
        }
    }

    /// <summary>G · w · Gᵀ at one of the 4×4 points.</summary>
    private static double Point(ConvCase one, int k, int c, int i, int j)
    {
        double[][] g = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]];
        double sum = 0;
        for (int r = 0; r < 3; r++)
        {
            for (int s = 0; s < 3; s++)
            {
                sum += g[i][r] * one.Weights[PlainConv2d.Index(one.Geometry, k, c, r, s)] * g[j][s];
            }
        }

        return sum;
    }
}
