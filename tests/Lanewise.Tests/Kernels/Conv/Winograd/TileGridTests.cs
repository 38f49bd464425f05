using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class TileGridTests
{
    [Theory]
    [InlineData(6, 3, 1)]
    [InlineData(6, 5, 2)]
    [InlineData(4, 3, 0)]
    [InlineData(8, 5, 4)]
    public void Tiles_cover_every_output_once(int points, int taps, int padding)
    {
        foreach (var (height, width) in new[] { (1, 1), (7, 9), (8, 4), (3, 13) })
        {
            var grid = TileGrid.Of(Planes.Lay(3, height, width, 1, 0), points, taps, padding);
            var covered = new int[height, width];
            for (int tile = 0; tile < grid.Count; tile++)
            {
                var (row, column) = grid.Corner(tile);
                for (int i = 0; i < grid.Side * grid.Side; i++)
                {
                    if (row + i / grid.Side < height && column + i % grid.Side < width)
                    {
                        covered[row + i / grid.Side, column + i % grid.Side]++;
                    }
                }
            }

            Assert.Equal((points, points - taps + 1, padding), (grid.Points, grid.Side, grid.Padding));
            Assert.Equal(height * width, covered.Cast<int>().Count(count => count == 1));
        }
    }

    [Fact]
    public void Neighbouring_tiles_share_input_columns()
    {
        var grid = TileGrid.Of(Planes.Lay(1, 9, 9, 0, 0), points: 6, taps: 3, padding: 1);
        Assert.Equal((3, 9), (grid.Columns, grid.Count));
        Assert.Equal(6, grid.InputColumns(1));
        Assert.Equal(10, grid.InputColumns(2));
        Assert.Equal(14, grid.InputColumns(50));
    }
}
