namespace Lanewise.Kernels;

/// <summary>
/// The weight gradient of a convolution by Winograd: tiles of input and gradient are transformed, their products are summed over tiles and
/// images at each point, and the sums are transformed to 3×3 or 5×5 weight gradients. The lanes of the sums are output channels, so that no
/// sum over lanes is needed. With 2-D Winograd a tile has 36 points; with 1-D Winograd it has eight and is one row high, and the sums are a
/// convolution of the input's rows with the gradient's. One call covers a range of the tiles and rows.
/// </summary>
internal sealed class WinogradGradientCall : Conv2dGradientCall
{
    /// <summary>
    /// The bytes of the sums at all points for a group of outputs and a chunk of inputs, which stay in the second-level cache.
    /// </summary>
    private const int SumBytes = 512 * 1024;

    /// <summary>
    /// The bytes of transformed tiles in the cache that threads share, and the minimum numbers of tiles and of rows of a call.
    /// </summary>
    private const int TileBytes = 1 << 18;
    private const int MinTiles = 8, MinRows = 8;

    private WinogradGradientCall(
        Conv2dGeometry geometry, Planes input, Planes gradient, WinogradForm form, Range range, WinogradGradientOptions options)
        : base(input, gradient)
    {
        int lanes = options.LaneWidth, taps = geometry.Rows.Kernel;
        (Geometry, AlongRows, Group, PackedGroup) = (geometry, form.AlongRows, options.Group, options.PackedGroup);
        (FirstTile, Tiles, FirstRow, GradientRows) = (range.FirstTile, range.Tiles, range.FirstRow, range.Rows);
        Points = form.AlongRows ? form.Side : form.Side * form.Side;
        Grid = TileGrid.Of(gradient, form.Side, taps, geometry.Rows.Padding);
        Vectors = (geometry.OutChannels + lanes - 1) / lanes;
        // The input rows that the gradient's rows read, and how many of them are missing above and below.
        int first = FirstRow - geometry.Rows.Padding, end = first + GradientRows + taps - 1;
        FirstInputRow = form.AlongRows ? Math.Max(0, first) : 0;
        int rows = form.AlongRows ? Math.Min(end, input.Height) - FirstInputRow : 1;
        var axis = form.AlongRows
            ? new ConvAxis(GradientRows, 1, FirstInputRow - first, end - FirstInputRow - rows)
            : new ConvAxis(1, 1, 0, 0);
        int planes = Tiles * options.Blocks, summed = axis.Outputs(rows);
        InputPlanes = Planes.Lay(planes, rows, geometry.InChannels, 0, 0);
        InputPoint = planes * InputPlanes.PlaneStride | 1;
        GradientGroup = planes * lanes * GradientRows * Group;
        GradientPoint = (Vectors + Group - 1) / Group * GradientGroup | 1;
        int max = Math.Max(1, SumBytes / (Points * summed * Group * lanes * sizeof(float)));
        Chunks = (geometry.InChannels + max - 1) / max;
        MinChannels = geometry.InChannels / Chunks;
        var sum = new Conv2dGeometry(Tiles * lanes, Group, axis, new ConvAxis(1, 1, 0, 0));
        Sums = [.. Enumerable.Range(MinChannels, 2).Select(channels => TapTable.Forward(
            sum, InputPlanes with { Channels = Tiles, Width = channels }, ChannelLanes.Of(Tiles * lanes, lanes), Group,
            options.MaxPixels, lanes))];
        SumPlanes = Planes.Lay(Group, summed, MinChannels + 1, 0, 0);
        SumPoint = Group * SumPlanes.PlaneStride | 1;
        InputVectors = (geometry.InChannels + lanes - 1) / lanes;
        Slices = Math.Clamp(Math.Max(Tiles, GradientRows) / 4, 1, 4);
        TransformUnits = (InputVectors + Vectors) * Slices;
        SharedFloats = checked(Points * (InputPoint + GradientPoint) * lanes);
        ScratchFloats = Points * SumPoint * lanes;
    }

    public Conv2dGeometry Geometry { get; }

    /// <summary>Whether it is 1-D Winograd, along the rows.</summary>
    public bool AlongRows { get; }

    /// <summary>The number of points.</summary>
    public int Points { get; }

    /// <summary>The tiles of 2-D Winograd.</summary>
    public TileGrid Grid { get; }

    /// <summary>The outputs of a tile in one dimension.</summary>
    public int TileSide => Grid.Side;

    /// <summary>The first tile; with 1-D Winograd, the first of each row.</summary>
    public int FirstTile { get; }

    /// <summary>The tiles of a block; with 1-D Winograd, of each row.</summary>
    public int Tiles { get; }

    /// <summary>The first row of the gradient, with 1-D Winograd.</summary>
    public int FirstRow { get; }

    /// <summary>The rows of the gradient with 1-D Winograd; else 1.</summary>
    public int GradientRows { get; }

    /// <summary>The first row of the input, with 1-D Winograd.</summary>
    public int FirstInputRow { get; }

    /// <summary>The output vectors of a micro-kernel call.</summary>
    public int Group { get; }

    /// <summary>The outputs of a group of the packed weights.</summary>
    public int PackedGroup { get; }

    /// <summary>The number of output vectors.</summary>
    public int Vectors { get; }

    /// <summary>
    /// The layout of the transformed input at a point: a plane for each tile of each block, a row for each row of the tile, a pixel for
    /// each channel; a lane is an image.
    /// </summary>
    public Planes InputPlanes { get; }

    /// <summary>The distance between points in the transformed input, in vectors.</summary>
    public int InputPoint { get; }

    /// <summary>
    /// The distance between groups of outputs in the transformed gradient, [group][tile][image][row][output], in vectors.
    /// </summary>
    public int GradientGroup { get; }

    /// <summary>The distance between points in the transformed gradient, in vectors.</summary>
    public int GradientPoint { get; }

    /// <summary>The number of chunks of input channels.</summary>
    public int Chunks { get; }

    /// <summary>The channels of the smallest chunk.</summary>
    public int MinChannels { get; }

    /// <summary>
    /// The sums over one block's tiles and images for a chunk of the minimum number of channels and for one of one channel more.
    /// </summary>
    public TapTable[] Sums { get; }

    /// <summary>
    /// The layout of the sums at a point: a plane for each output vector, a row for each row of the filter that is summed like taps, a
    /// pixel for each channel of the chunk.
    /// </summary>
    public Planes SumPlanes { get; }

    /// <summary>The distance between points in the sums, in vectors.</summary>
    public int SumPoint { get; }

    /// <summary>⌈C / L⌉, the units in which input channels are transformed.</summary>
    public int InputVectors { get; }

    /// <summary>The number of slices of the tiles (1-D Winograd: of their rows) that are transformed separately.</summary>
    public int Slices { get; }

    public override int Units => (Vectors + Group - 1) / Group * Chunks;

    public override string Tile =>
        $"F({TileSide},{Geometry.Rows.Kernel}){(AlongRows ? " rows" : "")} {Group}×{Sums.Max(sum => sum.MaxPixels)}";

    /// <summary>The first packed weight of each output.</summary>
    public int[] PackedStart => field ??= WinogradCall.PackedStarts(Geometry, PackedGroup);

    /// <summary>Gets the tiles of a slice.</summary>
    public (int First, int End) TilesOf(int slice) => AlongRows ? (0, Tiles) : new Part(slice, Slices).Of(Tiles);

    /// <summary>Gets the share of a slice in a number of rows.</summary>
    public (int First, int End) RowsOf(int slice, int rows) => AlongRows ? new Part(slice, Slices).Of(rows) : (0, rows);

    /// <summary>Gets the first channel of a chunk.</summary>
    public int ChunkStart(int chunk) => (int)((long)Geometry.InChannels * chunk / Chunks);

    /// <summary>Prepares the calls that together sum over all tiles, one after the other.</summary>
    public static IReadOnlyList<WinogradGradientCall> Of(
        Conv2dGeometry geometry, Planes x, Planes dy, WinogradForm form, int weights, int bias, WinogradGradientOptions options)
    {
        var grid = TileGrid.Of(dy, form.Side, geometry.Rows.Kernel, geometry.Rows.Padding);
        int outputs = (geometry.OutChannels + options.LaneWidth - 1) / options.LaneWidth * options.LaneWidth;
        long perPoint = (long)(geometry.InChannels + outputs) * options.LaneWidth * sizeof(float) * options.Blocks;
        var ranges = form.AlongRows
            ? RowRanges(dy.Height, grid.Columns, TileBytes / (form.Side * perPoint))
            : TileRanges(grid.Count, TileBytes / (form.Side * form.Side * perPoint), options.Blocks);
        return [.. ranges.Select((range, i) =>
            new WinogradGradientCall(geometry, x, dy, form, range, options) { Weights = weights, Bias = i == 0 ? bias : -1 })];
    }

    /// <summary>Divides the tiles into ranges of at most max tiles, but a minimum number.</summary>
    private static IEnumerable<Range> TileRanges(int tiles, long max, int blocks) =>
        Split(tiles, Math.Max(max, MinTiles / blocks)).Select(split => new Range(split.First, split.Count, 0, 1));

    /// <summary>
    /// Divides rows and columns into ranges of at most max tiles, but a minimum number of rows; prefers rows to columns.
    /// </summary>
    private static IEnumerable<Range> RowRanges(int rows, int columns, long max) =>
        from row in Split(rows, Math.Max(max, MinRows))
        from column in Split(columns, max / row.Count)
        select new Range(column.First, column.Count, row.First, row.Count);

    private static IEnumerable<(int First, int Count)> Split(int length, long max)
    {
        int ranges = (int)Math.Min(length, (length + Math.Max(1, max) - 1) / Math.Max(1, max));
        for (int i = 0; i < ranges; i++)
        {
            var (first, end) = new Part(i, ranges).Of(length);
            yield return (first, end - first);
        }
    }

    /// <summary>A range of tiles and, with 1-D Winograd, of rows of the gradient.</summary>
    private readonly record struct Range(int FirstTile, int Tiles, int FirstRow, int Rows);
}

/// <summary>The properties of a weight gradient by Winograd that depend on the processor and the batch.</summary>
/// <param name="Group">The output vectors of a micro-kernel call.</param>
/// <param name="MaxPixels">The maximum pixels (input channels) of a micro-kernel call.</param>
/// <param name="PackedGroup">The outputs of a group of the packed weights.</param>
/// <param name="LaneWidth">L.</param>
/// <param name="Blocks">The maximum number of blocks that a call sums over.</param>
internal readonly record struct WinogradGradientOptions(int Group, int MaxPixels, int PackedGroup, int LaneWidth, int Blocks);
