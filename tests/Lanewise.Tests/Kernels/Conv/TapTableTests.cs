using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>The lists alone, summed by plain loops: each tile's sum over its taps is the textbook convolution.</summary>
public sealed class TapTableTests
{
    private const int L = 3;

    public static TheoryData<string> Names => ConvCase.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_lists_sum_to_the_convolution(string name)
    {
        var one = ConvCase.Find(name);
        var g = one.Geometry;
        var input = Volume.Random(g.InChannels, one.Height, one.Width);
        var x = Planes.Lay(g.InChannels, one.Height, one.Width, g.Columns.ForwardBorder(one.Width), start: 2);
        foreach (var (group, maxPixels) in new[] { (1, 12), (2, 6), (4, 6), (5, 5) })
        {
            var packing = new Conv2dPacking(g, group);
            var table = TapTable.Forward(g, x, lanes: null, group, maxPixels, L);
            var y = Sum(table, Memory(x, input), x, one.Pack(packing, out _).Values, g.Columns.Stride, 1, (
                one.OutHeight, one.OutWidth), g.OutChannels, maxPixels,
                k => k / group * group * packing.PerOutput + k % group);
            PlainConv2d.Forward(g, input, one.Weights).AssertClose(name, y);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_lists_sum_to_the_gradient_to_the_input(string name)
    {
        var one = ConvCase.Find(name);
        var g = one.Geometry;
        var gradient = Volume.Random(g.OutChannels, one.OutHeight, one.OutWidth);
        var dy = Planes.Lay(g.OutChannels, one.OutHeight, one.OutWidth, g.Columns.BackwardBorder(one.Width), start: 2);
        var dx = Planes.Lay(g.InChannels, one.Height, one.Width, 0, 0);
        foreach (var (packed, group, maxPixels) in new[] { (4, 1, 12), (2, 2, 6), (5, 4, 3) })
        {
            var packing = new Conv2dPacking(g, packed);
            var table = TapTable.BackwardInput([new(g, dy, 0)], dx, packed, group, maxPixels, L);
            var sums = Sum(table, Memory(dy, gradient), dy, one.Pack(
                packing, out _).Values, 1, g.Columns.Stride, (one.Height, one.Width), g.InChannels, maxPixels,
                c => c * g.Positions * packed);
            PlainConv2d.BackwardInput(g, gradient, one.Weights, one.Height, one.Width).AssertClose(name, sums);
        }
    }

    [Fact]
    public void Tiles_that_see_the_same_taps_share_a_list()
    {
        var g = new Conv2dGeometry(4, 4, new ConvAxis(3, 1, 1, 1), new ConvAxis(3, 1, 1, 1));
        var table = TapTable.Forward(g, Planes.Lay(4, 40, 40, 1, 0), lanes: null, 4, 6, L);
        Assert.Equal(3, table.Tiles.Select(tile => tile.FirstTap).Distinct().Count());
        Assert.Equal((2 + 3 + 2) * 3 * 4, table.Taps.Length);
        Assert.Equal(41, table.RowStart.Length);
        Assert.Equal(table.Tiles.Length, table.RowStart[^1]);
    }

    [Fact]
    public void A_long_list_is_cut_in_equal_chunks_of_channels()
    {
        var g = new Conv2dGeometry(256, 4, new ConvAxis(3, 1, 1, 1), new ConvAxis(3, 1, 1, 1));
        var x = Planes.Lay(256, 5, 5, 1, 0);
        var table = TapTable.Forward(g, x, lanes: null, 4, 6, L);
        int chunk = 256 / table.Chunks;
        Assert.True(table.Chunks > 1);
        Assert.Equal(chunk * x.PlaneStride * L, table.ChunkInput);
        Assert.Equal(chunk * 9 * 4, table.ChunkWeight);
    }

    [Fact]
    public void A_pixel_that_no_tap_reaches_has_an_empty_list()
    {
        var g = new Conv2dGeometry(1, 1, new ConvAxis(1, 3, 0, 0), new ConvAxis(1, 3, 0, 0));
        var table = TapTable.BackwardInput([new(g, Planes.Lay(1, 2, 2, 0, 0), 0)], Planes.Lay(1, 4, 4, 0, 0), 1, 1, 6, L);
        Assert.Equal(16, table.Tiles.Sum(tile => tile.Pixels));
        Assert.Equal(4, table.Tiles.Where(tile => tile.Taps > 0).Sum(tile => tile.Pixels));
    }

    /// <summary>Sums each tile's list for each of its pixels; each pixel must lie in one tile.</summary>
    private static Volume Sum(
        TapTable table, double[] source, Planes planes, Span<float> weights, int sourceStep, int outputStep, (int Height, int Width) size,
            int outputs, int maxPixels, Func<int, int> weightOf)
    {
        var y = new double[outputs * size.Height * size.Width];
        var covered = new int[size.Height * size.Width];
        for (int row = 0; row < size.Height; row++)
        {
            foreach (var tile in table.Tiles[table.RowStart[row]..table.RowStart[row + 1]])
            {
                Assert.Equal(row, tile.Row);
                Assert.InRange(tile.Pixels, 1, Math.Min(12, maxPixels));
                for (int pixel = 0; pixel < tile.Pixels; pixel++)
                {
                    int at = row * size.Width + tile.Column + pixel * outputStep;
                    covered[at]++;
                    for (int k = 0; k < outputs; k++)
                    {
                        for (int i = 0; i < tile.Taps * table.Chunks; i++)
                        {
                            var (chunk, tap) = (i / tile.Taps, table.Taps[tile.FirstTap + i % tile.Taps]);
                            int from = planes.Offset * L + tile.Source + tap.Input + chunk * table.ChunkInput + pixel * sourceStep * L;
                            y[k * covered.Length + at] += source[from] * weights[weightOf(k) + tap.Weight + chunk * table.ChunkWeight];
                        }
                    }
                }
            }
        }

        Assert.All(covered, count => Assert.Equal(1, count));
        return new(outputs, size.Height, size.Width, y);
    }

    /// <summary>An image in lane 0 of L lanes, NaN around it.</summary>
    private static double[] Memory(Planes planes, Volume image)
    {
        var memory = new double[(planes.Offset + planes.Size + 2) * L];
        Array.Fill(memory, double.NaN);
        memory.AsSpan((planes.Offset - planes.Border) * L, planes.Size * L).Clear();
        foreach (int i in Enumerable.Range(0, image.Values.Length))
        {
            var (c, pixel) = Math.DivRem(i, image.Height * image.Width);
            memory[(planes.Offset + c * planes.PlaneStride + pixel / image.Width * planes.Pitch
                + pixel % image.Width) * L] = image.Values[i];
        }

        return memory;
    }
}
