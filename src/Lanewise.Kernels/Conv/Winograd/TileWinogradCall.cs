using System.Diagnostics.CodeAnalysis;

namespace Lanewise.Kernels;

/// <summary>
/// Winograd's way in both dimensions. With 6×6 points a tile has 4×4 or 2×2 outputs, 36 products instead of 144 or 100; with 4×4 points,
/// for 3×3 taps, 2×2 outputs, 16 products instead of 36.
/// </summary>
internal sealed class TileWinogradCall : WinogradCall
{
    /// <summary>What is transformed at a time stays in the second-level cache.</summary>
    private const int BlockBytes = 640 * 1024;
    private const int MinTiles = 6, MaxTiles = 18;

    [SetsRequiredMembers]
    public TileWinogradCall(WinogradOptions options, Planes source, Planes output)
        : base(options, source, output)
    {
        Grid = TileGrid.Of(output, Side, Taps, Padding);
        long perTile = (long)Points * source.Channels * options.LaneWidth * sizeof(float);
        int max = (int)Math.Clamp(BlockBytes / perTile, MinTiles, MaxTiles);
        Blocks = (Grid.Count + max - 1) / max;
        Sums = [.. Enumerable.Range(Grid.Count / Blocks, 2).Select(tiles => new PointSum(options, source.Channels, tiles, taps: 1, new ConvAxis(1, 1, 0, 0).Forward(tiles)))];
        SetSizes(Sums[^1], Grid.InputColumns(Sums[^1].Outputs));
    }

    public override int Points => Side * Side;

    public override int SummedRows => 1;

    /// <summary>The tiles.</summary>
    public TileGrid Grid { get; }

    public override int Blocks { get; }

    /// <summary>How a block of the fewest tiles, or of one more, is summed.</summary>
    public PointSum[] Sums { get; }

    private protected override string Kernel => $"F({TileSide},{Taps}) {Group}×{Sums.Max(sum => sum.Taps.MaxPixels)}";

    /// <summary>A block's first tile.</summary>
    public int BlockStart(int block) => (int)((long)Grid.Count * block / Blocks);
}
