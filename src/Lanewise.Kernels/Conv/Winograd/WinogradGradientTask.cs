namespace Lanewise.Kernels;

/// <summary>
/// A convolution's weight gradient by Winograd's way: tiles of the input and of the gradient are transformed to 36 points, the products
/// are summed over tiles and images at each point, and the sums are transformed into 3×3 or 5×5 weight gradients. One task takes some
/// of the tiles. The lanes of the sums are output channels, so that no sum over lanes is needed.
/// </summary>
internal sealed class WinogradGradientTask : Conv2dGradientTask
{
    /// <summary>Points in one dimension: F(4,3) or F(2,5).</summary>
    public const int Side = WinogradForm.SixPoints;

    private const int Points = Side * Side;

    /// <summary>The sums at all points of a group of outputs and a chunk of inputs stay in the second-level cache.</summary>
    private const int SumBytes = 512 * 1024;

    /// <summary>Transformed tiles may take so much of the cache that threads share, but there are always some.</summary>
    private const int TileBytes = 1 << 20;
    private const int FewestTiles = 8;

    private WinogradGradientTask(Conv2dGeometry geometry, Planes input, Planes gradient, TileGrid grid, int firstTile, int tiles, WinogradGradientOptions options)
        : base(input, gradient)
    {
        int lanes = options.LaneWidth;
        (Geometry, Grid, FirstTile, Tiles, Group) = (geometry, grid, firstTile, tiles, options.Group);
        PackedGroup = options.PackedGroup;
        Vectors = (geometry.OutChannels + lanes - 1) / lanes;
        int planes = tiles * options.Blocks;
        InputPlanes = Planes.Lay(planes, 1, geometry.InChannels, 0, 0);
        InputPoint = planes * InputPlanes.PlaneStride | 1;
        GradientGroup = planes * lanes * Group;
        GradientPoint = (Vectors + Group - 1) / Group * GradientGroup | 1;
        int most = Math.Max(1, SumBytes / (Points * Group * lanes * sizeof(float)));
        Chunks = (geometry.InChannels + most - 1) / most;
        FewestChannels = geometry.InChannels / Chunks;
        Sums = [.. Enumerable.Range(FewestChannels, 2).Select(channels => TapTable.Forward(
            Conv2dGeometry.Linear(tiles * lanes, Group), InputPlanes with { Channels = tiles, Width = channels }, ChannelLanes.Of(tiles * lanes, lanes), Group, options.MostPixels, lanes))];
        SumPlanes = Planes.Lay(Group, 1, FewestChannels + 1, 0, 0);
        SumPoint = Group * SumPlanes.PlaneStride | 1;
        InputVectors = (geometry.InChannels + lanes - 1) / lanes;
        Slices = Math.Clamp(tiles / 4, 1, 4);
        TransformUnits = (InputVectors + Vectors) * Slices;
        SharedFloats = checked(Points * (InputPoint + GradientPoint) * lanes);
        ScratchFloats = Points * SumPoint * lanes;
    }

    public Conv2dGeometry Geometry { get; }

    public TileGrid Grid { get; }

    public int FirstTile { get; }

    public int Tiles { get; }

    /// <summary>Vectors of outputs that are summed together.</summary>
    public int Group { get; }

    /// <summary>Outputs in a group of the packed weights.</summary>
    public int PackedGroup { get; }

    /// <summary>Vectors that hold the outputs.</summary>
    public int Vectors { get; }

    /// <summary>The transformed input at a point: a plane for each tile of each block, a pixel for each channel, the images in the lanes.</summary>
    public Planes InputPlanes { get; }

    /// <summary>From one point to the next in it, in vectors.</summary>
    public int InputPoint { get; }

    /// <summary>From one group of outputs to the next in the transformed gradient, [group][tile][image][output], in vectors.</summary>
    public int GradientGroup { get; }

    /// <summary>From one point to the next in it.</summary>
    public int GradientPoint { get; }

    /// <summary>Chunks of input channels.</summary>
    public int Chunks { get; }

    /// <summary>Channels of the smallest chunk.</summary>
    public int FewestChannels { get; }

    /// <summary>How a chunk of the fewest channels, or of one more, is summed over one block's tiles and images.</summary>
    public TapTable[] Sums { get; }

    /// <summary>The sums at a point: a plane for each vector of outputs, a pixel for each channel of the chunk.</summary>
    public Planes SumPlanes { get; }

    /// <summary>From one point to the next in them, in vectors.</summary>
    public int SumPoint { get; }

    /// <summary>As many vectors as there would be if the lanes held input channels.</summary>
    public int InputVectors { get; }

    /// <summary>Parts of the tiles that are transformed apart.</summary>
    public int Slices { get; }

    public override int Units => (Vectors + Group - 1) / Group * Chunks;

    public override string Tile => $"F({Grid.Side},{Geometry.Rows.Kernel}) {Group}×{Sums.Max(sum => sum.MostPixels)}";

    /// <summary>Where the packed weights of each output begin.</summary>
    public int[] PackedStart => field ??= WinogradTask.PackedStarts(Geometry, PackedGroup);

    /// <summary>A slice's first tile.</summary>
    public int SliceStart(int slice) => Tiles * slice / Slices;

    /// <summary>A chunk's first channel.</summary>
    public int ChunkStart(int chunk) => (int)((long)Geometry.InChannels * chunk / Chunks);

    /// <summary>The tasks that together sum over all tiles, one after the other.</summary>
    public static IReadOnlyList<WinogradGradientTask> Of(Conv2dGeometry geometry, Planes x, Planes dy, int weights, int bias, WinogradGradientOptions options)
    {
        var grid = TileGrid.Of(dy, Side, geometry.Rows.Kernel, geometry.Rows.Padding);
        int outputs = (geometry.OutChannels + options.LaneWidth - 1) / options.LaneWidth * options.LaneWidth;
        long perTile = (long)Points * (geometry.InChannels + outputs) * options.LaneWidth * sizeof(float);
        int most = Math.Max(1, (int)Math.Max(TileBytes / perTile, FewestTiles) / options.Blocks), pieces = (grid.Count + most - 1) / most;
        return [.. Enumerable.Range(0, pieces).Select(piece =>
        {
            int first = (int)((long)grid.Count * piece / pieces), end = (int)((long)grid.Count * (piece + 1) / pieces);
            return new WinogradGradientTask(geometry, x, dy, grid, first, end - first, options) { Weights = weights, Bias = piece == 0 ? bias : -1 };
        })];
    }

    /// <summary>Whether a weight gradient is computed so.</summary>
    public static bool IsFor(Conv2dAlgorithm algorithm, Conv2dGeometry geometry, Planes x, Planes dy, int laneWidth) =>
        algorithm != Conv2dAlgorithm.Direct && WinogradForm.Fits(geometry) && (algorithm == Conv2dAlgorithm.Winograd || Pays(geometry, x, dy, laneWidth));

    /// <summary>Whether it takes less time than the direct way, by the operations of both.</summary>
    private static bool Pays(Conv2dGeometry g, Planes x, Planes dy, int laneWidth)
    {
        // In multiply-adds' time, for a block: a tile's transform, the same with the turn of outputs into lanes, the transform of a
        // vector of sums; and, the direct way, the sum over the lanes behind each weight.
        const double Transform = 600, Turned = 1000, Summed = 300, LaneSum = 6, Margin = 0.85;
        var grid = TileGrid.Of(dy, Side, g.Rows.Kernel, g.Rows.Padding);
        int vectors = (g.OutChannels + laneWidth - 1) / laneWidth, outputs = vectors * laneWidth;
        double winograd = (double)Points * grid.Count * g.InChannels * outputs + grid.Count * (Transform * g.InChannels + Turned * outputs) + Summed * vectors * g.InChannels;
        double rows = g.Rows.Forward(x.Height).Sum(taps => taps.Length), columns = g.Columns.Forward(x.Width).Sum(taps => taps.Length);
        double direct = (double)g.InChannels * g.OutChannels * (rows * columns + LaneSum * g.Positions);
        return winograd < Margin * direct;
    }
}

/// <summary>What a weight gradient by Winograd's way takes from the processor and the batch.</summary>
/// <param name="Group">Vectors of outputs that a micro-kernel takes together.</param>
/// <param name="MostPixels">Inputs beside them.</param>
/// <param name="PackedGroup">Outputs in a group of the packed weights.</param>
/// <param name="LaneWidth">L.</param>
/// <param name="Blocks">The most blocks that are summed in one call.</param>
internal readonly record struct WinogradGradientOptions(int Group, int MostPixels, int PackedGroup, int LaneWidth, int Blocks);
