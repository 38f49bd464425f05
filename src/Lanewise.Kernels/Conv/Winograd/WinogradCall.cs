using System.Diagnostics.CodeAnalysis;

namespace Lanewise.Kernels;

/// <summary>
/// A convolution of 3×3 or 5×5 taps, stride 1, in either direction, by Winograd's way: inputs are transformed, channels are summed at
/// each point, and the sums are transformed into outputs. Weights are transformed too, each time they have changed.
/// </summary>
internal abstract class WinogradCall : Conv2dCall
{
    /// <summary>Outputs that one transformed input is read for at once: where it does not stay in the cache, few passes over it.</summary>
    private const int MaxOutputs = 128;

    private const int LineFloats = 16;
    private readonly int _laneWidth;
    private int _scratchFloats;

    [SetsRequiredMembers]
    private protected WinogradCall(WinogradOptions options, Planes source, Planes output)
        : base(source, output)
    {
        var geometry = options.Geometry;
        (Geometry, IsBackward, Side, Group, Lanes, _laneWidth) = (geometry, options.IsBackward, options.Side, options.Group, options.Lanes, options.LaneWidth);
        (Weights, Bias, PackedGroup) = (options.Weights, options.Bias, options.PackedGroup);
        InChannels = Lanes?.Channels ?? source.Channels;
        OutputGroup = Lanes is null ? Group : Group * _laneWidth;
        Taps = geometry.Columns.Kernel;
        Padding = IsBackward ? Taps - 1 - geometry.Rows.Padding : geometry.Rows.Padding;
        TileSide = Side - Taps + 1;
        Chunk = Math.Min(Math.Max(Group, MaxOutputs / Group * Group), (output.Channels + Group - 1) / Group * Group);
    }

    public Conv2dGeometry Geometry { get; }

    public bool IsBackward { get; }

    /// <summary>Points in one dimension.</summary>
    public int Side { get; }

    /// <summary>Points in all.</summary>
    public abstract int Points { get; }

    /// <summary>Rows of the filter that are summed as taps are: one where it is transformed in both dimensions.</summary>
    public abstract int SummedRows { get; }

    /// <summary>Output planes that are summed together.</summary>
    public int Group { get; }

    /// <summary>The channels in them.</summary>
    public int OutputGroup { get; }

    /// <summary>Channels that are summed.</summary>
    public int InChannels { get; }

    /// <summary>Taps of the filter in one dimension.</summary>
    public int Taps { get; }

    /// <summary>Rows and columns of zeros before the source's first.</summary>
    public int Padding { get; }

    /// <summary>Outputs of a tile in one dimension.</summary>
    public int TileSide { get; }

    /// <summary>Outputs that are summed, at all points, before they are transformed.</summary>
    public int Chunk { get; }

    /// <summary>Blocks of tiles that are worked on together.</summary>
    public abstract int Blocks { get; }

    /// <summary>In how many shares a block's outputs are cut, so that threads can share it.</summary>
    public int Shares { get; private set; }

    /// <summary>From one point to the next in the transformed inputs, in vectors.</summary>
    public int InputPoint { get; private set; }

    /// <summary>From one point to the next in the sums, in vectors.</summary>
    public int OutputPoint { get; private set; }

    /// <summary>From one point to the next in the transformed weights, in floats.</summary>
    public int WeightPoint { get; private set; }

    public override int Units => Blocks * Shares;

    public override int ScratchFloats => _scratchFloats;

    /// <summary>Outputs in a group of the packed weights.</summary>
    public int PackedGroup { get; }

    /// <summary>The channels of the convolution's result, forward, or of its input's gradient.</summary>
    public int OutChannels => IsBackward ? Geometry.InChannels : Geometry.OutChannels;

    /// <summary>Where the packed weights of each output of the forward convolution begin.</summary>
    public int[] PackedStart => field ??= PackedStarts(Geometry, PackedGroup);

    /// <summary>Prepares a convolution by Winograd's way where the algorithm wants it; null for the direct way.</summary>
    public static WinogradCall? For(ConvAlgorithm algorithm, WinogradOptions options, Planes source, Planes output) =>
        WinogradForm.For(algorithm, options.Geometry, options.IsBackward, source, output, options.Lanes) switch
        {
            null => null,
            { AlongRows: true, Side: var side } => new RowWinogradCall(options with { Side = side }, source, output),
            { Side: var side } => new TileWinogradCall(options with { Side = side }, source, output),
        };

    /// <summary>Where the packed weights of each output begin.</summary>
    public static int[] PackedStarts(Conv2dGeometry g, int group) =>
        [.. Enumerable.Range(0, g.OutChannels).Select(k => k / group * group * g.InChannels * g.Positions + k % group)];

    /// <summary>The first output of a share, a multiple of the group; the number of outputs for the share behind the last.</summary>
    public int ShareStart(int share) => OutputStart(Group, share, Shares);

    /// <summary>Takes memory for the largest block.</summary>
    private protected void SetSizes(PointSum largest, int columns)
    {
        const int Parts = 16;
        // Each share of the outputs transforms the inputs anew, which only many outputs are worth.
        Shares = Math.Max(1, Math.Min((Output.Channels + MaxOutputs / 2) / MaxOutputs, Parts / Blocks));
        InputPoint = largest.Source.Channels * largest.Source.PlaneStride | 1;
        OutputPoint = Chunk * largest.Output(Chunk).PlaneStride | 1;
        WeightPoint = ((Output.Channels + Group - 1) / Group * OutputGroup * InChannels * SummedRows + LineFloats - 1) / LineFloats * LineFloats;
        _scratchFloats = checked((Points * (InputPoint + OutputPoint) + columns * Side) * _laneWidth);
        TransformedFloats = checked(Points * WeightPoint);
    }

    /// <summary>The sum over channels at one point for a block, as a convolution of an image of one row.</summary>
    public sealed class PointSum
    {
        /// <summary>Prepares it.</summary>
        /// <param name="options">The convolution.</param>
        /// <param name="planes">The source's planes.</param>
        /// <param name="pixels">Pixels of the block's transformed input at a point.</param>
        /// <param name="taps">Taps for each channel.</param>
        /// <param name="sums">For each sum, the pixels that meet taps.</param>
        public PointSum(WinogradOptions options, int planes, int pixels, int taps, AxisTap[][] sums)
        {
            Source = Planes.Lay(planes, 1, pixels, 0, 0);
            Outputs = sums.Length;
            var geometry = new Conv2dGeometry(options.Lanes?.Channels ?? planes, options.Group, new ConvAxis(1, 1, 0, 0), new ConvAxis(taps, 1, 0, 0));
            Taps = TapTable.Forward(geometry, Source, options.Lanes, options.Group, options.MaxPixels, options.LaneWidth, sums);
        }

        /// <summary>Where the block's transformed inputs lie.</summary>
        public Planes Source { get; }

        /// <summary>Sums for each output channel.</summary>
        public int Outputs { get; }

        public TapTable Taps { get; }

        public Planes Output(int outputs) => Planes.Lay(outputs, 1, Outputs, 0, 0);
    }
}

/// <summary>A convolution by Winograd's way before its points are chosen.</summary>
internal sealed record WinogradOptions(Conv2dGeometry Geometry, bool IsBackward, int Weights, int Bias)
{
    /// <summary>Points in one dimension.</summary>
    public int Side { get; init; }

    /// <summary>Output planes that a micro-kernel takes together.</summary>
    public required int Group { get; init; }

    /// <summary>The most pixels beside them.</summary>
    public required int MaxPixels { get; init; }

    /// <summary>Outputs in a group of the packed weights.</summary>
    public required int PackedGroup { get; init; }

    public required int LaneWidth { get; init; }

    /// <summary>The source's channels where lanes are channels.</summary>
    public ChannelLanes? Lanes { get; init; }
}
