using System.Diagnostics.CodeAnalysis;

namespace Lanewise.Kernels;

/// <summary>
/// Winograd's way along the rows only: neighbouring inputs of a row are transformed, and the filter's rows are summed as taps are. Of 9
/// products 4.5 are left with six points and 4 with eight, of 25 taps 15 and 10: more than in both dimensions, but there are so few
/// transforms that layers of few channels gain the most, and less precision is lost.
/// </summary>
internal sealed class RowWinogradCall : WinogradCall
{
    /// <summary>What is transformed at a time stays in the second-level cache; more of it than in both dimensions, since the rows above and below are transformed twice.</summary>
    private const int BlockBytes = 1280 * 1024;
    private const int MinRows = 6;
    private readonly int _tileColumns;
    private readonly PointSum[,] _sums;

    [SetsRequiredMembers]
    public RowWinogradCall(WinogradOptions options, Planes source, Planes output)
        : base(options, source, output)
    {
        _tileColumns = (output.Width + TileSide - 1) / TileSide;
        long perTile = (long)Points * (source.Channels + Chunk) * options.LaneWidth * sizeof(float);
        // As many tiles of a row as there are first, then as many rows: neighbours are read one after the other.
        int max = (int)(BlockBytes / perTile), min = Math.Min(MinRows, output.Height);
        int columns = Math.Clamp(max / min, 1, _tileColumns), rows = Math.Clamp(max / columns, min, output.Height);
        Bands = (output.Height + rows - 1) / rows;
        Columns = (_tileColumns + columns - 1) / columns;
        _sums = Sums(options);
        SetSizes(_sums.Cast<PointSum>().MaxBy(sum => sum.Source.Width)!, columns: 0);
    }

    public override int Points => Side;

    public override int SummedRows => Taps;

    public override int Blocks => Bands * Columns;

    /// <summary>Bands of rows.</summary>
    public int Bands { get; }

    /// <summary>Blocks of neighbouring tiles that a band is cut in.</summary>
    public int Columns { get; }

    private protected override string Kernel => $"F({TileSide},{Taps}) rows {Group}×{_sums.Cast<PointSum>().Max(sum => sum.Taps.MaxPixels)}";

    /// <summary>A band's first row.</summary>
    public int RowStart(int band) => (int)((long)Output.Height * band / Bands);

    /// <summary>A column's first tile.</summary>
    public int TileStart(int column) => (int)((long)_tileColumns * column / Columns);

    /// <summary>How a block of a band and of so many tiles beside each other is summed.</summary>
    public PointSum Sum(int band, int tiles) => _sums[band, tiles - _tileColumns / Columns];

    /// <summary>For each band, with the min tiles beside each other and with one more; bands that are alike share them.</summary>
    private PointSum[,] Sums(WinogradOptions options)
    {
        var known = new Dictionary<(int Rows, int Above, int Below, int Tiles), PointSum>();
        var sums = new PointSum[Bands, 2];
        for (int band = 0; band < Bands; band++)
        {
            int rows = RowStart(band + 1) - RowStart(band), first = RowStart(band) - Padding, end = first + rows + Taps - 1;
            int above = Math.Max(0, -first), below = Math.Max(0, end - Source.Height);
            for (int i = 0; i < 2; i++)
            {
                int tiles = _tileColumns / Columns + i;
                if (!known.TryGetValue((rows, above, below, tiles), out var sum))
                {
                    sum = new PointSum(options, Source.Channels, (end - first) * tiles, Taps, RowTaps(rows, end - first, above, below, tiles));
                    known[(rows, above, below, tiles)] = sum;
                }

                sums[band, i] = sum;
            }
        }

        return sums;
    }

    /// <summary>The rows, of so many tiles each, that meet the filter's; those above and below the image are left out.</summary>
    private AxisTap[][] RowTaps(int rows, int inputs, int above, int below, int tiles) =>
        [.. Enumerable.Range(0, rows * tiles).Select(i => Enumerable.Range(0, Taps)
            .Where(r => i / tiles + r >= above && i / tiles + r < inputs - below)
            .Select(r => new AxisTap(i + r * tiles, r)).ToArray())];
}
