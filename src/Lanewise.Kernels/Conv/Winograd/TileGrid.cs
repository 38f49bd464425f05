using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The square tiles of 2-D Winograd that cover the output of a convolution, row by row.</summary>
/// <param name="Points">The points and inputs of a tile in one dimension.</param>
/// <param name="Side">The outputs of a tile in one dimension.</param>
/// <param name="Columns">The tiles in a row.</param>
/// <param name="Count">The number of tiles.</param>
/// <param name="Padding">The rows and columns of zeros before the first input.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TileGrid(int Points, int Side, int Columns, int Count, int Padding)
{
    /// <summary>Gets the tiles of an output for a number of points and a filter of a number of taps.</summary>
    public static TileGrid Of(Planes output, int points, int taps, int padding)
    {
        int side = points - taps + 1, columns = (output.Width + side - 1) / side;
        return new(points, side, columns, columns * ((output.Height + side - 1) / side), padding);
    }

    /// <summary>Gets the first output of a tile.</summary>
    public (int Row, int Column) Corner(int tile)
    {
        var (row, column) = Math.DivRem(tile, Columns);
        return (row * Side, column * Side);
    }

    /// <summary>Gets the input columns that at most so many neighbouring tiles read.</summary>
    public int InputColumns(int tiles) => (Math.Min(tiles, Columns) - 1) * Side + Points;
}
