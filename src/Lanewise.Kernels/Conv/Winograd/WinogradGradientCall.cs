namespace Lanewise.Kernels;

/// <summary>
/// A convolution's weight gradient by Winograd's way: tiles of the input and of the gradient are transformed to points, the products
/// are summed over tiles and images at each point, and the sums are transformed into 3×3 or 5×5 weight gradients. The lanes of the sums
/// are output channels, so that no sum over lanes is needed. In both dimensions a tile has 36 points; along the rows it has eight and is
/// one row high, and the sums are a convolution of the input's rows with the gradient's. One call takes some of the tiles and rows.
/// </summary>
internal sealed class WinogradGradientCall : Conv2dGradientCall
{
    /// <summary>The sums at all points of a group of outputs and a chunk of inputs stay in the second-level cache.</summary>
    private const int SumBytes = 512 * 1024;

    /// <summary>Transformed tiles may take so much of the cache that threads share, but there are always some, and rows enough for the filter.</summary>
    private const int TileBytes = 1 << 18;
    private const int MinTiles = 8, MinRows = 8;

    private WinogradGradientCall(Conv2dGeometry geometry, Planes input, Planes gradient, WinogradForm form, Range range, WinogradGradientOptions options)
        : base(input, gradient)
    {
        int lanes = options.LaneWidth, taps = geometry.Rows.Kernel;
        (Geometry, AlongRows, Group, PackedGroup) = (geometry, form.AlongRows, options.Group, options.PackedGroup);
        (FirstTile, Tiles, FirstRow, GradientRows) = (range.FirstTile, range.Tiles, range.FirstRow, range.Rows);
        Points = form.AlongRows ? form.Side : form.Side * form.Side;
        Grid = TileGrid.Of(gradient, form.Side, taps, geometry.Rows.Padding);
        Vectors = (geometry.OutChannels + lanes - 1) / lanes;
        // The rows that meet the gradient's, and how many are missing above and below.
        int first = FirstRow - geometry.Rows.Padding, end = first + GradientRows + taps - 1;
        FirstInputRow = form.AlongRows ? Math.Max(0, first) : 0;
        int rows = form.AlongRows ? Math.Min(end, input.Height) - FirstInputRow : 1;
        var axis = form.AlongRows ? new ConvAxis(GradientRows, 1, FirstInputRow - first, end - FirstInputRow - rows) : new ConvAxis(1, 1, 0, 0);
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
            sum, InputPlanes with { Channels = Tiles, Width = channels }, ChannelLanes.Of(Tiles * lanes, lanes), Group, options.MaxPixels, lanes))];
        SumPlanes = Planes.Lay(Group, summed, MinChannels + 1, 0, 0);
        SumPoint = Group * SumPlanes.PlaneStride | 1;
        InputVectors = (geometry.InChannels + lanes - 1) / lanes;
        Slices = Math.Clamp(Math.Max(Tiles, GradientRows) / 4, 1, 4);
        TransformUnits = (InputVectors + Vectors) * Slices;
        SharedFloats = checked(Points * (InputPoint + GradientPoint) * lanes);
        ScratchFloats = Points * SumPoint * lanes;
    }

    public Conv2dGeometry Geometry { get; }

    /// <summary>Whether tiles are transformed along the rows only.</summary>
    public bool AlongRows { get; }

    /// <summary>Points in all.</summary>
    public int Points { get; }

    /// <summary>The tiles in both dimensions.</summary>
    public TileGrid Grid { get; }

    /// <summary>Outputs of a tile in one dimension.</summary>
    public int TileSide => Grid.Side;

    /// <summary>The first tile; along the rows, of each row.</summary>
    public int FirstTile { get; }

    /// <summary>Tiles of a block; along the rows, of each row.</summary>
    public int Tiles { get; }

    /// <summary>The gradient's first row, along the rows.</summary>
    public int FirstRow { get; }

    /// <summary>Rows of the gradient, along the rows; else 1.</summary>
    public int GradientRows { get; }

    /// <summary>The input's first row, along the rows.</summary>
    public int FirstInputRow { get; }

    /// <summary>Vectors of outputs that are summed together.</summary>
    public int Group { get; }

    /// <summary>Outputs in a group of the packed weights.</summary>
    public int PackedGroup { get; }

    /// <summary>Vectors that hold the outputs.</summary>
    public int Vectors { get; }

    /// <summary>The transformed input at a point: a plane for each tile of each block, a row for each of the tile's rows, a pixel for each channel, the images in the lanes.</summary>
    public Planes InputPlanes { get; }

    /// <summary>From one point to the next in it, in vectors.</summary>
    public int InputPoint { get; }

    /// <summary>From one group of outputs to the next in the transformed gradient, [group][tile][image][row][output], in vectors.</summary>
    public int GradientGroup { get; }

    /// <summary>From one point to the next in it.</summary>
    public int GradientPoint { get; }

    /// <summary>Chunks of input channels.</summary>
    public int Chunks { get; }

    /// <summary>Channels of the smallest chunk.</summary>
    public int MinChannels { get; }

    /// <summary>How a chunk of the fewest channels, or of one more, is summed over one block's tiles and images.</summary>
    public TapTable[] Sums { get; }

    /// <summary>The sums at a point: a plane for each vector of outputs, a row for each row of the filter that is summed as taps are, a pixel for each channel of the chunk.</summary>
    public Planes SumPlanes { get; }

    /// <summary>From one point to the next in them, in vectors.</summary>
    public int SumPoint { get; }

    /// <summary>As many vectors as there would be if the lanes held input channels.</summary>
    public int InputVectors { get; }

    /// <summary>Parts of the tiles, or of their rows, that are transformed apart.</summary>
    public int Slices { get; }

    public override int Units => (Vectors + Group - 1) / Group * Chunks;

    public override string Tile => $"F({TileSide},{Geometry.Rows.Kernel}){(AlongRows ? " rows" : "")} {Group}×{Sums.Max(sum => sum.MaxPixels)}";

    /// <summary>Where the packed weights of each output begin.</summary>
    public int[] PackedStart => field ??= WinogradCall.PackedStarts(Geometry, PackedGroup);

    /// <summary>A slice's tiles.</summary>
    public (int First, int End) TilesOf(int slice) => AlongRows ? (0, Tiles) : new Part(slice, Slices).Of(Tiles);

    /// <summary>A slice's share of so many rows.</summary>
    public (int First, int End) RowsOf(int slice, int rows) => AlongRows ? new Part(slice, Slices).Of(rows) : (0, rows);

    /// <summary>A chunk's first channel.</summary>
    public int ChunkStart(int chunk) => (int)((long)Geometry.InChannels * chunk / Chunks);

    /// <summary>The kernelCalls that together sum over all tiles, one after the other.</summary>
    public static IReadOnlyList<WinogradGradientCall> Of(Conv2dGeometry geometry, Planes x, Planes dy, WinogradForm form, int weights, int bias, WinogradGradientOptions options)
    {
        var grid = TileGrid.Of(dy, form.Side, geometry.Rows.Kernel, geometry.Rows.Padding);
        int outputs = (geometry.OutChannels + options.LaneWidth - 1) / options.LaneWidth * options.LaneWidth;
        long perPoint = (long)(geometry.InChannels + outputs) * options.LaneWidth * sizeof(float) * options.Blocks;
        var ranges = form.AlongRows ? RowRanges(dy.Height, grid.Columns, TileBytes / (form.Side * perPoint)) : TileRanges(grid.Count, TileBytes / (form.Side * form.Side * perPoint), options.Blocks);
        return [.. ranges.Select((range, i) => new WinogradGradientCall(geometry, x, dy, form, range, options) { Weights = weights, Bias = i == 0 ? bias : -1 })];
    }

    /// <summary>Pieces of at max so many tiles, but some at least.</summary>
    private static IEnumerable<Range> TileRanges(int tiles, long max, int blocks) =>
        Split(tiles, Math.Max(max, MinTiles / blocks)).Select(split => new Range(split.First, split.Count, 0, 1));

    /// <summary>Pieces of at max so many tiles of a row each, but some rows at least: as many rows as there are first, then as many columns.</summary>
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

    /// <summary>Tiles, and the gradient's rows along the rows.</summary>
    private readonly record struct Range(int FirstTile, int Tiles, int FirstRow, int Rows);
}

/// <summary>What a weight gradient by Winograd's way takes from the processor and the batch.</summary>
/// <param name="Group">Vectors of outputs that a micro-kernel takes together.</param>
/// <param name="MaxPixels">Inputs beside them.</param>
/// <param name="PackedGroup">Outputs in a group of the packed weights.</param>
/// <param name="LaneWidth">L.</param>
/// <param name="Blocks">The max blocks that are summed in one call.</param>
internal readonly record struct WinogradGradientOptions(int Group, int MaxPixels, int PackedGroup, int LaneWidth, int Blocks);
