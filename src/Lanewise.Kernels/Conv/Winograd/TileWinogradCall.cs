namespace Lanewise.Kernels;

/// <summary>
/// 2-D Winograd. With 6×6 points a tile has 4×4 outputs of a 3×3 filter or 2×2 of a 5×5 filter, and takes 36 products instead of 144 or
/// 100; with 4×4 points it has 2×2 outputs of a 3×3 filter and takes 16 products instead of 36.
/// </summary>
internal sealed class TileWinogradCall : WinogradCall
{
    /// <summary>The bytes of a block of transformed inputs, which stays in the second-level cache.</summary>
    private const int BlockBytes = 640 * 1024;
    private const int MinTiles = 6, MaxTiles = 18;

    public TileWinogradCall(WinogradOptions options)
        : base(options)
    {
        Grid = TileGrid.Of(Output, Side, Taps, Padding);
        long perTile = (long)Points * Source.Channels * options.LaneWidth * sizeof(float);
        int max = (int)Math.Clamp(BlockBytes / perTile, MinTiles, MaxTiles);
        Blocks = (Grid.Count + max - 1) / max;
        Sums = [.. Enumerable.Range(Grid.Count / Blocks, 2)
            .Select(tiles => new PointSum(options, Source.Channels, tiles, taps: 1, new ConvAxis(1, 1, 0, 0).Forward(tiles)))];
        SetSizes(Sums[^1], Grid.InputColumns(Sums[^1].Outputs));
    }

    public override int Points => Side * Side;

    public override int SummedRows => 1;

    /// <summary>The tiles.</summary>
    public TileGrid Grid { get; }

    public override int Blocks { get; }

    /// <summary>The sums for a block of the minimum number of tiles and for one of one tile more.</summary>
    public PointSum[] Sums { get; }

    private protected override string Kernel => $"F({TileSide},{Taps}) {Group}×{Sums.Max(sum => sum.Taps.MaxPixels)}";

    /// <summary>Gets the first tile of a block.</summary>
    public int BlockStart(int block) => (int)((long)Grid.Count * block / Blocks);
}
