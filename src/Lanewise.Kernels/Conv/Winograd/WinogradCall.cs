namespace Lanewise.Kernels;

/// <summary>
/// A 3×3 or 5×5 convolution of stride 1, or its gradient to the input, by Winograd: inputs are transformed block by block, channels are
/// summed at each point, and the sums are transformed to outputs. Weights are transformed beforehand, each time they have changed.
/// </summary>
internal abstract class WinogradCall : Conv2dCall
{
    /// <summary>The maximum number of outputs that are summed in one pass over the transformed inputs of a block.</summary>
    private const int MaxOutputs = 128;

    private const int LineFloats = 16;
    private readonly int _laneWidth;
    private int _scratchFloats;

    private protected WinogradCall(WinogradOptions options)
        : base(options.Problem, options.Choice)
    {
        (Geometry, IsBackward) = (options.Problem.Geometry, options.Problem.IsBackward);
        (Side, Group, PackedGroup, _laneWidth) = (options.Side, options.Group, options.PackedGroup, options.LaneWidth);
        InChannels = options.Problem.InChannels;
        OutputGroup = Lanes is null ? Group : Group * _laneWidth;
        Taps = Geometry.Columns.Kernel;
        Padding = IsBackward ? Taps - 1 - Geometry.Rows.Padding : Geometry.Rows.Padding;
        TileSide = Side - Taps + 1;
        Chunk = Math.Min(Math.Max(Group, MaxOutputs / Group * Group), (Output.Channels + Group - 1) / Group * Group);
    }

    public Conv2dGeometry Geometry { get; }

    public bool IsBackward { get; }

    /// <summary>The points in one dimension.</summary>
    public int Side { get; }

    /// <summary>The number of points.</summary>
    public abstract int Points { get; }

    /// <summary>The rows of the filter that are summed like taps; 1 with 2-D Winograd.</summary>
    public abstract int SummedRows { get; }

    /// <summary>The output planes of a micro-kernel call.</summary>
    public int Group { get; }

    /// <summary>The output channels of a micro-kernel call.</summary>
    public int OutputGroup { get; }

    /// <summary>The channels that are summed.</summary>
    public int InChannels { get; }

    /// <summary>The taps of the filter in one dimension.</summary>
    public int Taps { get; }

    /// <summary>The rows and columns of zeros before the source's first.</summary>
    public int Padding { get; }

    /// <summary>The outputs of a tile in one dimension.</summary>
    public int TileSide { get; }

    /// <summary>The outputs that are summed at all points before they are transformed.</summary>
    public int Chunk { get; }

    /// <summary>The number of blocks of tiles; a block is transformed and summed as a whole.</summary>
    public abstract int Blocks { get; }

    /// <summary>The number of shares of a block's outputs, which different threads can compute.</summary>
    public int Shares { get; private set; }

    /// <summary>The distance between points in the transformed inputs, in vectors.</summary>
    public int InputPoint { get; private set; }

    /// <summary>The distance between points in the sums, in vectors.</summary>
    public int OutputPoint { get; private set; }

    /// <summary>The distance between points in the transformed weights, in floats.</summary>
    public int WeightPoint { get; private set; }

    public override int Units => Blocks * Shares;

    public override int ScratchFloats => _scratchFloats;

    /// <summary>The outputs of a group of the packed weights.</summary>
    public int PackedGroup { get; }

    /// <summary>The output channels: of the convolution, or of the gradient to its input.</summary>
    public int OutChannels => IsBackward ? Geometry.InChannels : Geometry.OutChannels;

    /// <summary>The first packed weight of each output of the forward convolution.</summary>
    public int[] PackedStart => field ??= PackedStarts(Geometry, PackedGroup);

    /// <summary>Gets the first packed weight of each output.</summary>
    public static int[] PackedStarts(Conv2dGeometry g, int group) =>
        [.. Enumerable.Range(0, g.OutChannels).Select(k => k / group * group * g.InChannels * g.Positions + k % group)];

    /// <summary>Gets the first output of a share, a multiple of the group; the number of outputs for share = Shares.</summary>
    public int ShareStart(int share) => OutputStart(Group, share, Shares);

    /// <summary>Sets the sizes of the working memory for the largest block.</summary>
    private protected void SetSizes(PointSum largest, int columns)
    {
        const int Parts = 16;
        // Each share transforms the inputs again, which pays only with many outputs.
        Shares = Math.Max(1, Math.Min((Output.Channels + MaxOutputs / 2) / MaxOutputs, Parts / Blocks));
        InputPoint = largest.Source.Channels * largest.Source.PlaneStride | 1;
        OutputPoint = Chunk * largest.Output(Chunk).PlaneStride | 1;
        int weights = (Output.Channels + Group - 1) / Group * OutputGroup * InChannels * SummedRows;
        WeightPoint = (weights + LineFloats - 1) / LineFloats * LineFloats;
        _scratchFloats = checked((Points * (InputPoint + OutputPoint) + columns * Side) * _laneWidth);
        TransformedFloats = checked(Points * WeightPoint);
    }

    /// <summary>The sum over channels at one point for a block, as a 1×taps convolution of an image of one row.</summary>
    public sealed class PointSum
    {
        /// <summary>Lists the taps of the sum.</summary>
        /// <param name="options">The convolution.</param>
        /// <param name="planes">The planes of the source.</param>
        /// <param name="pixels">The pixels of the block's transformed input at a point.</param>
        /// <param name="taps">The taps of each channel.</param>
        /// <param name="sums">For each sum, its pixels and their taps.</param>
        public PointSum(WinogradOptions options, int planes, int pixels, int taps, AxisTap[][] sums)
        {
            Source = Planes.Lay(planes, 1, pixels, 0, 0);
            Outputs = sums.Length;
            var lanes = options.Problem.Lanes;
            var geometry = new Conv2dGeometry(
                lanes?.Channels ?? planes, options.Group, new ConvAxis(1, 1, 0, 0), new ConvAxis(taps, 1, 0, 0));
            Taps = TapTable.Forward(geometry, Source, lanes, options.Group, options.MaxPixels, options.LaneWidth, sums);
        }

        /// <summary>The layout of the block's transformed inputs at a point.</summary>
        public Planes Source { get; }

        /// <summary>The number of sums of each output channel.</summary>
        public int Outputs { get; }

        public TapTable Taps { get; }

        public Planes Output(int outputs) => Planes.Lay(outputs, 1, Outputs, 0, 0);
    }
}

/// <summary>What a Winograd call is made of.</summary>
/// <param name="Problem">The convolution.</param>
/// <param name="Choice">The form, and what it was chosen from.</param>
/// <param name="Side">The points in one dimension.</param>
internal sealed record WinogradOptions(Conv2dProblem Problem, Conv2dChoice Choice, int Side)
{
    /// <summary>The output planes of a micro-kernel call.</summary>
    public required int Group { get; init; }

    /// <summary>The maximum pixels of a micro-kernel call.</summary>
    public required int MaxPixels { get; init; }

    /// <summary>The outputs of a group of the packed weights.</summary>
    public required int PackedGroup { get; init; }

    public required int LaneWidth { get; init; }
}
