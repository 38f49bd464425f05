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

    private WinogradGradientCall(
        Conv2dGeometry geometry, Planes input, Planes gradient, WinogradForm form, WinogradGradientRange range,
        WinogradGradientOptions options)
        : base(input, gradient)
    {
        int lanes = options.LaneWidth, taps = geometry.Rows.Kernel;
        Slots = options.Slots;
        PieceBlocks = Slots.PieceBlocks(lanes);
        PieceLanes = Math.Min(lanes, Slots.PieceImages);
        BlockPieces = lanes / PieceLanes;
        (Slot, SharedStart) = (options.Slot, options.SharedStart);
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
        Blocks = Slots.Blocks(lanes);
        int planes = checked(Tiles * Blocks), summed = axis.Outputs(rows);
        InputPlanes = Planes.Lay(planes, rows, geometry.InChannels, 0, 0);
        InputPoint = checked(planes * InputPlanes.PlaneStride) | 1;
        GradientGroup = checked(planes * lanes * GradientRows * Group);
        GradientPoint = checked((Vectors + Group - 1) / Group * GradientGroup) | 1;
        int max = Math.Max(1, SumBytes / (Points * summed * Group * lanes * sizeof(float)));
        Chunks = (geometry.InChannels + max - 1) / max;
        MinChannels = geometry.InChannels / Chunks;
        // The images of a piece, tile by tile: a tap is one tile of one image.
        int piecePlanes = Tiles * PieceBlocks;
        var images = ChannelLanes.Concat(Enumerable.Repeat(ChannelLanes.Of(PieceLanes, lanes), piecePlanes));
        var sum = new Conv2dGeometry(images.Channels, Group, axis, new ConvAxis(1, 1, 0, 0));
        Sums = [.. Enumerable.Range(MinChannels, 2).Select(channels => TapTable.Forward(
            sum, InputPlanes with { Channels = piecePlanes, Width = channels }, images, Group, options.MaxPixels, lanes))];
        SumPlanes = Planes.Lay(Group, summed, MinChannels + 1, 0, 0);
        SumPoint = Group * SumPlanes.PlaneStride | 1;
        InputVectors = (geometry.InChannels + lanes - 1) / lanes;
        Slices = Math.Clamp(Math.Max(Tiles, GradientRows) / 4, 1, 4);
        TransformUnits = (InputVectors + Vectors) * Slices;
        SharedFloats = checked(SharedStart + Points * (InputPoint + GradientPoint) * lanes);
        SumFloats = checked(Points * SumPoint * lanes);
        FilterFloats = Group * (MinChannels + 1) * taps * taps * lanes;
        ScratchFloats = checked(SumFloats + (Slots.Count == 1 ? 0 : Slots.Levels * FilterFloats));
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

    /// <summary>The maximum number of blocks that are summed over.</summary>
    public int Blocks { get; }

    /// <summary>The blocks of a piece; 1 where a block holds several.</summary>
    public int PieceBlocks { get; }

    /// <summary>The lanes of a block that belong to one piece.</summary>
    public int PieceLanes { get; }

    /// <summary>The pieces of a block; 1 where a piece has several blocks.</summary>
    public int BlockPieces { get; }

    /// <summary>The slot that is summed, to shared memory at <see cref="Target"/>; −1 for all, to the gradients.</summary>
    public int Slot { get; }

    /// <summary>The first float of the sums of the slot in shared memory.</summary>
    public int Target { get; private init; }

    /// <summary>The first float of the transformed input in shared memory.</summary>
    public int SharedStart { get; }

    /// <summary>The floats of the sums at all points for a group of outputs and a chunk of inputs.</summary>
    public int SumFloats { get; }

    /// <summary>The floats of the filters of a unit: [vector][channel][position][output].</summary>
    public int FilterFloats { get; }

    /// <summary>The output vectors of a micro-kernel call.</summary>
    public int Group { get; }

    /// <summary>The outputs of a group of the packed weights.</summary>
    public int PackedGroup { get; }

    /// <summary>The number of output vectors.</summary>
    public int Vectors { get; }

    /// <summary>
    /// The layout of the transformed input at a point: a plane for each block, tile by tile and piece by piece, a row for each row of the
    /// tile, a pixel for each channel; a lane is an image.
    /// </summary>
    public Planes InputPlanes { get; }

    /// <summary>The distance between points in the transformed input, in vectors.</summary>
    public int InputPoint { get; }

    /// <summary>
    /// The distance between groups of outputs in the transformed gradient, [group][piece][tile][image][row][output], in vectors.
    /// </summary>
    public int GradientGroup { get; }

    /// <summary>The distance between points in the transformed gradient, in vectors.</summary>
    public int GradientPoint { get; }

    /// <summary>The number of chunks of input channels.</summary>
    public int Chunks { get; }

    /// <summary>The channels of the smallest chunk.</summary>
    public int MinChannels { get; }

    /// <summary>
    /// The sums over one piece's tiles and images for a chunk of the minimum number of channels and for one of one channel more.
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

    /// <summary>Gets the plane of a block's tile in the transformed input.</summary>
    public int PlaneOf(int block, int tile)
    {
        var (piece, within) = Math.DivRem(block, PieceBlocks);
        return (piece * Tiles + tile) * PieceBlocks + within;
    }

    /// <summary>Gets the place of an image's tile in the transformed gradient.</summary>
    public nint ImageOf(int block, int tile, int lane)
    {
        var (half, within) = Math.DivRem(lane, PieceLanes);
        return BlockPieces == 1
            ? (nint)PlaneOf(block, tile) * PieceLanes + lane
            : ((nint)(block * BlockPieces + half) * Tiles + tile) * PieceLanes + within;
    }

    /// <summary>Gets the first float of a piece in the transformed input at a point, and its first image in the gradient.</summary>
    public (nint Input, nint Image) PieceStart(int piece)
    {
        var (place, half) = Math.DivRem(piece, BlockPieces);
        nint planes = (nint)Tiles * PieceBlocks;
        return (
            place * planes * InputPlanes.PlaneStride * PieceLanes * BlockPieces + half * PieceLanes,
            piece * planes * PieceLanes);
    }

    /// <summary>Gets the tiles of a slice.</summary>
    public (int First, int End) TilesOf(int slice) => AlongRows ? (0, Tiles) : new Part(slice, Slices).Of(Tiles);

    /// <summary>Gets the share of a slice in a number of rows.</summary>
    public (int First, int End) RowsOf(int slice, int rows) => AlongRows ? new Part(slice, Slices).Of(rows) : (0, rows);

    /// <summary>Gets the first channel of a chunk.</summary>
    public int ChunkStart(int chunk) => (int)((long)Geometry.InChannels * chunk / Chunks);

    /// <summary>
    /// Prepares the calls that together sum over all tiles, one after the other: all slots in each, or, where the tiles are divided into
    /// ranges, all ranges slot by slot.
    /// </summary>
    public static IReadOnlyList<Conv2dGradientCall> Of(
        Conv2dGeometry geometry, Planes x, Planes dy, Conv2dChoice choice, int weights, WinogradGradientOptions options)
    {
        var form = choice.Chosen.Form!.Value;
        var (slots, length) = (options.Slots, new Conv2dPacking(geometry, options.PackedGroup).Length);
        WinogradGradientRange[] ranges = [.. WinogradGradientRange.Of(geometry, dy, form, slots)];
        if (slots.Count == 1 || ranges.Length == 1)
        {
            return [.. ranges.Select(range => new WinogradGradientCall(geometry, x, dy, form, range, options)
            {
                Choice = choice,
                Weights = weights,
            })];
        }

        var calls = new List<Conv2dGradientCall> { new SlotSumCall(x, dy, slots, slot: -1, length) { Weights = weights } };
        for (int slot = 0; slot < slots.Count; slot++)
        {
            var own = options with { Slots = slots with { Count = 1 }, Slot = slot, SharedStart = slots.Levels * length };
            calls.AddRange(ranges.Select(range => new WinogradGradientCall(geometry, x, dy, form, range, own)
            {
                Choice = choice,
                Weights = weights,
                Target = SlotTree.WaitingBefore(own.Slot) * length,
            }));
            calls.Add(new SlotSumCall(x, dy, slots, slot, length) { Weights = weights });
        }

        return calls;
    }
}

/// <summary>The properties of a weight gradient by Winograd that depend on the processor and the batch.</summary>
/// <param name="Group">The output vectors of a micro-kernel call.</param>
/// <param name="MaxPixels">The maximum pixels (input channels) of a micro-kernel call.</param>
/// <param name="PackedGroup">The outputs of a group of the packed weights.</param>
/// <param name="LaneWidth">L.</param>
/// <param name="Slots">How the sums over images are divided.</param>
internal readonly record struct WinogradGradientOptions(int Group, int MaxPixels, int PackedGroup, int LaneWidth, SlotLayout Slots)
{
    /// <summary>The slot that is summed; −1 for all.</summary>
    public int Slot { get; init; } = -1;

    /// <summary>The first float of the transformed input in shared memory.</summary>
    public int SharedStart { get; init; }
}
