namespace Lanewise.Kernels;

/// <summary>The transform of a convolution's input, tile by tile.</summary>
internal static unsafe class WinogradTiles<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    private static int Side => T.Side;

    /// <summary>Transforms neighbouring tiles of one channel: every column once, and a tile's own as soon as they are there.</summary>
    /// <param name="source">The input.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="plane">The channel's first pixel.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="tiles">How many, all of one row.</param>
    /// <param name="columns">Memory for as many columns of points as lie under them.</param>
    /// <param name="to">Where the first tile's first point goes.</param>
    /// <param name="toTile">From one tile to the next.</param>
    /// <param name="toPoint">From one point to the next.</param>
    public static void Transform(Planes source, TileGrid grid, float* plane, int first, int tiles, float* columns, float* to, nint toTile, nint toPoint)
    {
        nint pitch = (nint)source.Pitch * L.Width;
        var (tileRow, tileColumn) = Math.DivRem(first, grid.Columns);
        int side = grid.Side, row = tileRow * side - grid.Padding, column = tileColumn * side - grid.Padding;
        float* from = plane + row * pitch + (nint)column * L.Width;
        int above = -row, below = source.Height - row;
        for (int tile = 0, next = 0; tile < tiles; tile++, columns += side * Side * L.Width, to += toTile)
        {
            for (; next < tile * side + Side; next++, from += L.Width, column++)
            {
                float* half = columns + (next - tile * side) * Side * L.Width;
                if ((uint)column >= (uint)source.Width)
                {
                    T.Input(from, pitch, 0, 0, half, L.Width);
                }
                else if (above <= 0 && below >= Side)
                {
                    T.Input(from, pitch, half, L.Width);
                }
                else
                {
                    T.Input(from, pitch, above, below, half, L.Width);
                }
            }

            for (int i = 0; i < Side; i++)
            {
                T.Input(columns + i * L.Width, Side * L.Width, to + i * Side * toPoint, toPoint);
            }
        }
    }
}
