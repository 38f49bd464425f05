using System.Diagnostics.CodeAnalysis;

namespace Lanewise.Kernels;

/// <summary>
/// Winograd's way along the rows only: neighbouring inputs of a row are transformed, and the filter's rows are summed as taps are. Of 9
/// products 4.5 are left with six points and 4 with eight, of 25 taps 15 and 10: more than in both dimensions, but there are so few
/// transforms that layers of few channels gain the most, and less precision is lost.
/// </summary>
internal sealed class RowWinogradTask : WinogradTask
{
    private const int FewestRows = 6;
    private readonly int _tileColumns;
    private readonly PointSum[] _sums;

    [SetsRequiredMembers]
    public RowWinogradTask(WinogradOptions options, Planes source, Planes output)
        : base(options, source, output)
    {
        _tileColumns = (output.Width + TileSide - 1) / TileSide;
        long perTile = (long)Points * (source.Channels + Chunk) * options.LaneWidth * sizeof(float);
        // As many rows as there are first, then as many columns of tiles.
        int most = (int)(Cache / perTile), rows = Math.Clamp(most, Math.Min(FewestRows, output.Height), output.Height);
        int columns = Math.Clamp(most / rows, 1, _tileColumns);
        Bands = (output.Height + rows - 1) / rows;
        Columns = (_tileColumns + columns - 1) / columns;
        _sums = [.. Enumerable.Range(output.Height / Bands, 2).SelectMany(r => Enumerable.Range(_tileColumns / Columns, 2).Select(c =>
            new PointSum(options, source.Channels, (r + Taps - 1) * c, Taps, c)))];
        Take(_sums[^1], columns: 0);
    }

    public override int Points => Side;

    public override int SummedRows => Taps;

    public override int Blocks => Bands * Columns;

    /// <summary>Bands of rows.</summary>
    public int Bands { get; }

    /// <summary>Blocks of neighbouring tiles that a band is cut in.</summary>
    public int Columns { get; }

    private protected override string Kernel => $"F({TileSide},{Taps}) rows {Group}×{_sums.Max(sum => sum.Taps.MostPixels)}";

    /// <summary>A band's first row.</summary>
    public int RowStart(int band) => (int)((long)Output.Height * band / Bands);

    /// <summary>A column's first tile.</summary>
    public int TileStart(int column) => (int)((long)_tileColumns * column / Columns);

    /// <summary>How a block of so many rows and tiles beside each other is summed.</summary>
    public PointSum Sum(int rows, int tiles) => _sums[(rows - Output.Height / Bands) * 2 + tiles - _tileColumns / Columns];
}
