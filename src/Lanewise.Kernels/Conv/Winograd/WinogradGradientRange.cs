using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The tiles, and with 1-D Winograd the rows of the gradient, over which one call of a weight gradient sums.</summary>
/// <param name="FirstTile">The first tile; with 1-D Winograd, the first of each row.</param>
/// <param name="Tiles">The tiles of a block; with 1-D Winograd, of each row.</param>
/// <param name="FirstRow">The first row of the gradient, with 1-D Winograd.</param>
/// <param name="Rows">The rows of the gradient with 1-D Winograd; else 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WinogradGradientRange(int FirstTile, int Tiles, int FirstRow, int Rows)
{
    /// <summary>
    /// The bytes of transformed tiles in the cache that threads share, and the minimum numbers of tiles and of rows of a call.
    /// </summary>
    private const int TileBytes = 1 << 18;
    private const int MinTiles = 8, MinRows = 8;

    /// <summary>
    /// Divides the tiles and rows into ranges. They decide in which order tiles are summed, so that they follow from the convolution and
    /// the slots alone.
    /// </summary>
    public static IEnumerable<WinogradGradientRange> Of(Conv2dGeometry geometry, Planes dy, WinogradForm form, SlotLayout slots)
    {
        const int Lanes = WinogradGradientCost.ReferenceLanes;
        var grid = TileGrid.Of(dy, form.Side, geometry.Rows.Kernel, geometry.Rows.Padding);
        int outputs = (geometry.OutChannels + Lanes - 1) / Lanes * Lanes, blocks = Math.Max(1, slots.Images / Lanes);
        long perPoint = (long)(geometry.InChannels + outputs) * Lanes * sizeof(float) * blocks;
        return form.AlongRows
            ? RowRanges(dy.Height, grid.Columns, TileBytes / (form.Side * perPoint))
            : TileRanges(grid.Count, TileBytes / (form.Side * form.Side * perPoint), blocks);
    }

    /// <summary>Divides the tiles into ranges of at most max tiles, but a minimum number.</summary>
    private static IEnumerable<WinogradGradientRange> TileRanges(int tiles, long max, int blocks) =>
        Split(tiles, Math.Max(max, MinTiles / blocks)).Select(split => new WinogradGradientRange(split.First, split.Count, 0, 1));

    /// <summary>
    /// Divides rows and columns into ranges of at most max tiles, but a minimum number of rows; prefers rows to columns.
    /// </summary>
    private static IEnumerable<WinogradGradientRange> RowRanges(int rows, int columns, long max) =>
        from row in Split(rows, Math.Max(max, MinRows))
        from column in Split(columns, max / row.Count)
        select new WinogradGradientRange(column.First, column.Count, row.First, row.Count);

    private static IEnumerable<(int First, int Count)> Split(int length, long max)
    {
        int ranges = (int)Math.Min(length, (length + Math.Max(1, max) - 1) / Math.Max(1, max));
        for (int i = 0; i < ranges; i++)
        {
            var (first, end) = new Part(i, ranges).Of(length);
            yield return (first, end - first);
        }
    }
}
