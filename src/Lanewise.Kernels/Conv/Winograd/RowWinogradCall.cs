namespace Lanewise.Kernels;

/// <summary>
/// 1-D Winograd, F(m,r) along the rows: neighbouring inputs of a row are transformed, and the rows of the filter are summed like taps. Of 9
/// products per output 4.5 remain with six points and 4 with eight, of 25 15 and 10: more than with 2-D Winograd, but there are so few
/// transforms that layers of few channels gain the most, and less precision is lost.
/// </summary>
internal sealed class RowWinogradCall : WinogradCall
{
    /// <summary>
    /// The bytes of a block of transformed inputs, which stays in the second-level cache; larger than with 2-D Winograd, since the rows
    /// above and below a block are transformed twice.
    /// </summary>
    private const int BlockBytes = 1280 * 1024;
    private const int MinRows = 6;
    private readonly int _tileColumns;
    private readonly PointSum[,] _sums;

    public RowWinogradCall(WinogradOptions options)
        : base(options)
    {
        _tileColumns = (Output.Width + TileSide - 1) / TileSide;
        long perTile = (long)Points * (Source.Channels + Chunk) * options.LaneWidth * sizeof(float);
        // Prefers tiles of one row to more rows, because neighbouring tiles are read one after the other.
        int max = (int)(BlockBytes / perTile), min = Math.Min(MinRows, Output.Height);
        int columns = Math.Clamp(max / min, 1, _tileColumns), rows = Math.Clamp(max / columns, min, Output.Height);
        Bands = (Output.Height + rows - 1) / rows;
        Columns = (_tileColumns + columns - 1) / columns;
        _sums = Sums(options);
        SetSizes(_sums.Cast<PointSum>().MaxBy(sum => sum.Source.Width)!, columns: 0);
    }

    public override int Points => Side;

    public override int SummedRows => Taps;

    public override int Blocks => Bands * Columns;

    /// <summary>The number of bands of rows.</summary>
    public int Bands { get; }

    /// <summary>The number of blocks of neighbouring tiles in a band.</summary>
    public int Columns { get; }

    private protected override string Kernel =>
        $"F({TileSide},{Taps}) rows {Group}×{_sums.Cast<PointSum>().Max(sum => sum.Taps.MaxPixels)}";

    /// <summary>Gets the first row of a band.</summary>
    public int RowStart(int band) => (int)((long)Output.Height * band / Bands);

    /// <summary>Gets the first tile of a column of blocks.</summary>
    public int TileStart(int column) => (int)((long)_tileColumns * column / Columns);

    /// <summary>Gets the sum for a block of a band with a number of neighbouring tiles.</summary>
    public PointSum Sum(int band, int tiles) => _sums[band, tiles - _tileColumns / Columns];

    /// <summary>
    /// Prepares the sums of each band for the minimum number of neighbouring tiles and for one more; equal bands share them.
    /// </summary>
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
                    var taps = RowTaps(rows, end - first, above, below, tiles);
                    sum = new PointSum(options, Source.Channels, (end - first) * tiles, Taps, taps);
                    known[(rows, above, below, tiles)] = sum;
                }

                sums[band, i] = sum;
            }
        }

        return sums;
    }

    /// <summary>
    /// Lists the rows, of so many tiles each, that each row of the filter multiplies; rows outside the image are left out.
    /// </summary>
    private AxisTap[][] RowTaps(int rows, int inputs, int above, int below, int tiles) =>
        [.. Enumerable.Range(0, rows * tiles).Select(i => Enumerable.Range(0, Taps)
            .Where(r => i / tiles + r >= above && i / tiles + r < inputs - below)
            .Select(r => new AxisTap(i + r * tiles, r)).ToArray())];
}
