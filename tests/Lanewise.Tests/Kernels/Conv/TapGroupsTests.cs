using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>The groups alone, summed by plain loops: each weight's sum over the covered pixels is its textbook gradient.</summary>
public sealed class TapGroupsTests
{
    public static TheoryData<string> Names => ConvCase.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Groups_sum_to_the_gradient_to_the_weights(string name)
    {
        var one = ConvCase.Find(name);
        // Narrow lanes take one kernel position of several channels, wide ones neighbouring columns of one kernel row.
        foreach (int laneWidth in new[] { 1, 64 })
        {
            foreach (var (group, maxTaps, bandRows) in new[] { (1, 6, one.OutHeight), (4, 3, 2) })
            {
                var (groups, dw) = Sum(one, laneWidth, group, maxTaps, bandRows);
                Assert.InRange(groups.MaxTaps, 1, maxTaps);
                double[] expected = PlainConv2d.BackwardWeights(one.Geometry, Input(one), Gradient(one));
                Engine.Compare.Close(name, expected, Array.ConvertAll(dw, v => (float)v), 1e-5);
            }
        }
    }

    private static Volume Input(ConvCase one) => Volume.Random(one.Geometry.InChannels, one.Height, one.Width);

    private static Volume Gradient(ConvCase one) => Volume.Random(one.Geometry.OutChannels, one.OutHeight, one.OutWidth, 2);

    private static unsafe (TapGroups Groups, double[] Sums) Sum(ConvCase one, int laneWidth, int group, int maxTaps, int bandRows)
    {
        var (g, input, gradient) = (one.Geometry, Input(one), Gradient(one));
        var x = Planes.Lay(g.InChannels, one.Height, one.Width, g.Columns.ForwardBorder(one.Width), 0);
        var dy = Planes.Lay(g.OutChannels, one.OutHeight, one.OutWidth, 0, 0);
        var groups = TapGroups.Build(g, x, dy, group, maxTaps, bandRows, laneWidth);
        var dw = new double[one.Weights.Length];
        foreach (var taps in groups.Taps)
        {
            for (int i = 0; i < taps.Taps; i++)
            {
                int start = taps.Input[i] / laneWidth, weight = taps.Weight[i] / group;
                int first = taps.Gradient / laneWidth, columns = taps.RowLength / laneWidth;
                Assert.Equal(taps.FirstRow, first / dy.Pitch);
                for (int pixel = 0; pixel < taps.Rows * columns; pixel++)
                {
                    var (p, q) = (pixel / columns, pixel % columns);
                    double value = Pixel(x, input, start + p * g.Rows.Stride * x.Pitch + q * g.Columns.Stride);
                    for (int k = 0; k < g.OutChannels; k++)
                    {
                        dw[k * g.InChannels * g.Positions + weight] += value * gradient[k, taps.FirstRow + p, first % dy.Pitch + q];
                    }
                }
            }
        }

        return (groups, dw);
    }

    /// <summary>The value at a vector from the input's first pixel, zero in the border.</summary>
    private static double Pixel(Planes x, Volume input, int vector)
    {
        var (c, within) = Math.DivRem(vector + x.Border, x.PlaneStride);
        var (h, column) = Math.DivRem(within, x.Pitch);
        Assert.InRange(vector + x.Border, 0, x.Size);
        return c < input.Channels ? input[c, h, column - x.Border] : 0;
    }
}
