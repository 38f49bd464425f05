using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The tiles that cover a convolution's output, row by row.</summary>
/// <param name="Points">Points, and inputs, of a tile in one dimension.</param>
/// <param name="Side">Outputs of a tile in one dimension.</param>
/// <param name="Columns">Tiles in a row.</param>
/// <param name="Count">Tiles in all.</param>
/// <param name="Padding">Rows and columns of zeros before the first input.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TileGrid(int Points, int Side, int Columns, int Count, int Padding)
{
    /// <summary>The tiles for an output, of so many points and of a filter of so many taps.</summary>
    public static TileGrid Of(Planes output, int points, int taps, int padding)
    {
        int side = points - taps + 1, columns = (output.Width + side - 1) / side;
        return new(points, side, columns, columns * ((output.Height + side - 1) / side), padding);
    }

    /// <summary>A tile's first output.</summary>
    public (int Row, int Column) Corner(int tile)
    {
        var (row, column) = Math.DivRem(tile, Columns);
        return (row * Side, column * Side);
    }

    /// <summary>Input columns under the widest row of at most so many tiles.</summary>
    public int InputColumns(int tiles) => (Math.Min(tiles, Columns) - 1) * Side + Points;
}
