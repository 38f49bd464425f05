namespace Lanewise.Kernels;

/// <summary>
/// A convolution of 3×3 or 5×5 taps, stride 1, in either direction, by Winograd's way: tiles of 6×6 inputs are transformed, channels are
/// summed at each of the 36 points, and the sums are transformed into 4×4 or 2×2 outputs: 36 products instead of 144 or 100.
/// Weights are transformed too, each time they have changed.
/// </summary>
internal sealed class WinogradTask : Conv2dTask
{
    /// <summary>Points in one dimension.</summary>
    public const int Side = 6;

    /// <summary>Points in both.</summary>
    public const int Points = Side * Side;

    private const int Cache = 640 * 1024;
    private const int FewestTiles = 6, MostTiles = 18;
    private const int MostOutputs = 32;
    private const int Parts = 16;
    private const int LineFloats = 16;

    public WinogradTask(Conv2dGeometry geometry, bool isBackward, Planes source, Planes output, int group, int mostPixels, int laneWidth, ChannelLanes? lanes = null)
        : base(source, output)
    {
        (Geometry, IsBackward, Group, Lanes) = (geometry, isBackward, group, lanes);
        InChannels = lanes?.Channels ?? source.Channels;
        OutputGroup = lanes is null ? group : group * laneWidth;
        Taps = geometry.Rows.Kernel;
        Grid = TileGrid.Of(output, Taps, isBackward ? Taps - 1 - geometry.Rows.Padding : geometry.Rows.Padding);
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

    /// <summary>Whether a convolution is computed so.</summary>
    public static bool IsFor(Conv2dAlgorithm algorithm, Conv2dGeometry geometry, bool isBackward, Planes source, Planes output, ChannelLanes? lanes = null) =>
        algorithm != Conv2dAlgorithm.Direct && Fits(geometry) && (algorithm == Conv2dAlgorithm.Winograd || Pays(geometry, isBackward, source, output, lanes));

    /// <summary>Whether it takes less time than the direct way, by the operations of both.</summary>
    private static bool Pays(Conv2dGeometry g, bool isBackward, Planes source, Planes output, ChannelLanes? lanes)
    {
        // In multiply-adds' time: a transform of 36 values is some 12 × 20 operations on one channel; a cache line of weights comes
        // from memory; and so many sums must be under way at once.
        const double Transform = 160, Line = 12, Chains = 8, Margin = 0.85;
        const int Beside = 4;
        int side = Side - g.Rows.Kernel + 1;
        double tiles = Math.Ceiling((double)output.Height / side) * Math.Ceiling((double)output.Width / side);
        double products = (double)(lanes?.Channels ?? source.Channels) * output.Channels;
        double weight = Line / (lanes is null ? LineFloats : 1);
        double winograd = products * Points * (tiles * Idle(tiles) + weight) + tiles * Transform * (source.Channels + output.Channels);
        // The direct way leaves out a row of taps beyond the picture, and about half of the columns.
        double taps = Meetings(g.Rows, source.Height, output.Height) * (Meetings(g.Columns, source.Width, output.Width) + g.Columns.Kernel * output.Width) / 2;
        double direct = products * (taps * Idle(output.Width) + g.Positions * weight);
        return winograd < Margin * direct;

        double Meetings(ConvAxis axis, int from, int to) => (isBackward ? axis.Backward(to) : axis.Forward(from)).Sum(taps => taps.Length);
        double Idle(double pixels) => Math.Max(1, Chains / (pixels * Math.Min(output.Channels, Beside)));
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
