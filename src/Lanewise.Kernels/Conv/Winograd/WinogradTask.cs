namespace Lanewise.Kernels;

/// <summary>
/// A convolution of 3×3 or 5×5 taps, stride 1, in either direction, by Winograd's way: tiles of inputs are transformed, channels are
/// summed at each point, and the sums are transformed into outputs. With 6×6 points these are 4×4 or 2×2 outputs, 36 products instead
/// of 144 or 100; with 4×4 points, for 3×3 taps, 2×2 outputs, 16 products instead of 36.
/// Weights are transformed too, each time they have changed.
/// </summary>
internal sealed class WinogradTask : Conv2dTask
{
    /// <summary>Points in one dimension: F(4,3) and F(2,5).</summary>
    public const int SixPoints = 6;

    /// <summary>F(2,3).</summary>
    public const int FourPoints = 4;

    private const int Cache = 640 * 1024;
    private const int FewestTiles = 6, MostTiles = 18;
    private const int MostOutputs = 32;
    private const int Parts = 16;
    private const int LineFloats = 16;

    public WinogradTask(Conv2dGeometry geometry, bool isBackward, Planes source, Planes output, int side, int group, int mostPixels, int laneWidth, ChannelLanes? lanes = null)
        : base(source, output)
    {
        (Geometry, IsBackward, Group, Lanes) = (geometry, isBackward, group, lanes);
        InChannels = lanes?.Channels ?? source.Channels;
        OutputGroup = lanes is null ? group : group * laneWidth;
        Taps = geometry.Rows.Kernel;
        (Side, Points) = (side, side * side);
        Grid = TileGrid.Of(output, side, Taps, isBackward ? Taps - 1 - geometry.Rows.Padding : geometry.Rows.Padding);
        long perTile = (long)Points * source.Channels * laneWidth * sizeof(float);
        int most = (int)Math.Clamp(Cache / perTile, FewestTiles, MostTiles);
        Blocks = (Grid.Count + most - 1) / most;
        int fewest = Grid.Count / Blocks;
        Sums = [.. Enumerable.Range(fewest, 2).Select(tiles => new PointSum(source.Channels, tiles, group, mostPixels, laneWidth, lanes))];
        int chunk = Math.Max(group, MostOutputs / group * group);
        Chunk = Math.Min(chunk, (output.Channels + group - 1) / group * group);
        int chunks = (output.Channels + Chunk - 1) / Chunk;
        // Each share of the outputs transforms the inputs anew, which only many outputs are worth.
        Shares = Blocks >= Parts || chunks < 4 ? 1 : Math.Min(chunks / 2, Parts / Blocks);
        InputPoint = Sums[^1].Source.Channels * Sums[^1].Source.PlaneStride | 1;
        OutputPoint = Chunk * Sums[^1].Output(Chunk).PlaneStride | 1;
        WeightPoint = ((output.Channels + group - 1) / group * OutputGroup * InChannels + LineFloats - 1) / LineFloats * LineFloats;
        int columns = Grid.InputColumns(Sums[^1].Source.Width);
        ScratchFloats = checked((Points * (InputPoint + OutputPoint) + columns * Side) * laneWidth);
        TransformedFloats = checked(Points * WeightPoint);
    }

    /// <summary>Points in one dimension.</summary>
    public int Side { get; }

    /// <summary>Points in both.</summary>
    public int Points { get; }

    public Conv2dGeometry Geometry { get; }

    public bool IsBackward { get; }

    /// <summary>Output planes that are summed together.</summary>
    public int Group { get; }

    /// <summary>The channels in them.</summary>
    public int OutputGroup { get; }

    /// <summary>Channels that are summed.</summary>
    public int InChannels { get; }

    /// <summary>Taps of the filter in one dimension.</summary>
    public int Taps { get; }

    /// <summary>The tiles.</summary>
    public TileGrid Grid { get; }

    /// <summary>Blocks of tiles that are worked on together.</summary>
    public int Blocks { get; }

    /// <summary>How a block of the fewest tiles, or of one more, is summed.</summary>
    public PointSum[] Sums { get; }

    /// <summary>Outputs that are summed, at all points, before they are transformed.</summary>
    public int Chunk { get; }

    /// <summary>In how many shares a block's outputs are cut, so that threads can share it.</summary>
    public int Shares { get; }

    /// <summary>From one point to the next in the transformed inputs, in vectors.</summary>
    public int InputPoint { get; }

    /// <summary>From one point to the next in the sums, in vectors.</summary>
    public int OutputPoint { get; }

    /// <summary>From one point to the next in the transformed weights, in floats.</summary>
    public int WeightPoint { get; }

    public override int Units => Blocks * Shares;

    public override string Tile => $"F({Grid.Side},{Taps}) {Group}×{Sums.Max(sum => sum.Taps.MostPixels)}";

    /// <summary>Outputs in a group of the packed weights.</summary>
    public required int PackedGroup { get; init; }

    /// <summary>The channels of the convolution's result, forward, or of its input's gradient.</summary>
    public int OutChannels => IsBackward ? Geometry.InChannels : Geometry.OutChannels;

    /// <summary>Where the packed weights of each output of the forward convolution begin.</summary>
    public int[] PackedStart => field ??= PackedStarts(Geometry, PackedGroup);

    /// <summary>The points in one dimension by which a convolution is computed; 0 for the direct way.</summary>
    public static int SideFor(Conv2dAlgorithm algorithm, Conv2dGeometry geometry, bool isBackward, Planes source, Planes output, ChannelLanes? lanes = null)
    {
        const double Margin = 0.85;
        if (algorithm == Conv2dAlgorithm.Direct || !Fits(geometry))
        {
            return 0;
        }

        bool takesFour = geometry.Rows.Kernel == 3;
        if (algorithm != Conv2dAlgorithm.Auto)
        {
            return takesFour && algorithm == Conv2dAlgorithm.WinogradSmall ? FourPoints : SixPoints;
        }

        var cost = new WinogradCost(geometry, isBackward, source, output, lanes);
        double six = cost.Winograd(SixPoints), four = takesFour ? cost.Winograd(FourPoints) : double.PositiveInfinity;
        return Math.Min(six, four) < Margin * cost.Direct() ? (four < six ? FourPoints : SixPoints) : 0;
    }

    /// <summary>Whether the algorithm can do it.</summary>
    public static bool Fits(Conv2dGeometry g)
    {
        return g.Rows == g.Columns && g.Rows is { Kernel: 3 or 5, Stride: 1, Dilation: 1 } axis && axis.Padding == axis.PaddingAfter && axis.Padding < axis.Kernel;
    }

    /// <summary>Where the packed weights of each output begin.</summary>
    public static int[] PackedStarts(Conv2dGeometry g, int group) =>
        [.. Enumerable.Range(0, g.OutChannels).Select(k => k / group * group * g.InChannels * g.Positions + k % group)];

    /// <summary>A block's first tile.</summary>
    public int BlockStart(int block) => (int)((long)Grid.Count * block / Blocks);

    /// <summary>The first output of a share, a multiple of the group; the number of outputs for the share behind the last.</summary>
    public int ShareStart(int share) => CutOutputs(Group, share, Shares);

    /// <summary>The sum over channels at one point, for a block of so many tiles: a 1×1 convolution of a picture of one row.</summary>
    internal sealed class PointSum
    {
        public PointSum(int planes, int tiles, int group, int mostPixels, int laneWidth, ChannelLanes? lanes)
        {
            Source = Planes.Lay(planes, 1, tiles, 0, 0);
            Taps = TapTable.Forward(Conv2dGeometry.Linear(lanes?.Channels ?? planes, group), Source, lanes, group, mostPixels, laneWidth);
        }

        public Planes Source { get; }

        public TapTable Taps { get; }

        public Planes Output(int outputs) => Planes.Lay(outputs, 1, Source.Width, 0, 0);
    }
}
