namespace Lanewise.Kernels;

/// <summary>
/// One convolution of a plan, forward or as the gradient to its input: its layouts, and what is done to the result before it is
/// written. A linear layer is one too, of a single pixel. The plan completes it while it is compiled; from then on it stays as it is,
/// and any number of threads may run it.
/// </summary>
internal abstract class Conv2dCall
{
    private protected Conv2dCall(Planes source, Planes output) => (Source, Output) = (source, output);

    /// <summary>What is summed.</summary>
    public Planes Source { get; }

    /// <summary>What is written, or pooled.</summary>
    public Planes Output { get; }

    /// <summary>Where the packed weights begin, in floats of the weights' memory.</summary>
    public required int Weights { get; init; }

    /// <summary>Where the bias begins, in floats of the weights' memory; negative when there is none.</summary>
    public required int Bias { get; init; }

    /// <summary>Added to the sum (a shortcut, or what the output already holds), or null.</summary>
    public Planes? Add { get; set; }

    /// <summary>Where this is not positive the output is zero (ReLU's gradient), or null.</summary>
    public Planes? Mask { get; set; }

    /// <summary>Whether max(0, ·) ends the sum.</summary>
    public bool ReLU { get; set; }

    /// <summary>Max pooling of the output, whose result is written instead of it; null for none.</summary>
    public PoolCall? Pool { get; set; }

    /// <summary>The source's channels where lanes are channels; null where they are images.</summary>
    public ChannelLanes? Lanes { get; private protected init; }

    /// <summary>Where transformed weights may be kept, in floats of the weights' memory.</summary>
    public int Transformed { get; set; }

    /// <summary>Floats of transformed weights; 0 for a convolution that reads them as they are packed.</summary>
    public int TransformedFloats { get; private protected set; }

    /// <summary>Floats of a thread's own memory that running it takes.</summary>
    public abstract int ScratchFloats { get; }

    /// <summary>The most parts that the call can be shared in.</summary>
    public abstract int Units { get; }

    /// <summary>In how many bands of output rows the call is worked through, because the cache does not keep what all rows read.</summary>
    public virtual int RowBands => 1;

    /// <summary>The algorithm and its micro-kernel's tile, outputs × pixels, for a person to read: <c>taps 4×6</c>, <c>F(4,3) 4×6, pool 2×2</c>.</summary>
    public string Tile => Pool is null ? Kernel : $"{Kernel}, pool {Pool.Rows.Kernel}×{Pool.Columns.Kernel}";

    private protected abstract string Kernel { get; }

    /// <summary>Whether a convolution can pool its output before it is written.</summary>
    /// <param name="algorithm">How it is computed.</param>
    /// <param name="geometry">The convolution.</param>
    /// <param name="source">What is summed.</param>
    /// <param name="output">What is pooled.</param>
    /// <param name="lanes">The source's channels where lanes are channels; null where they are images.</param>
    /// <param name="rows">The pooling's vertical axis.</param>
    /// <param name="columns">Its horizontal axis.</param>
    public static bool CanPool(
        ConvAlgorithm algorithm, Conv2dGeometry geometry, Planes source, Planes output, ChannelLanes? lanes, ConvAxis rows, ConvAxis columns) =>
        WinogradForm.For(algorithm, geometry, isBackward: false, source, output, lanes) is { } form
            ? form.CanPool(geometry, rows) && form.CanPool(geometry, columns)
            : DirectConv2dCall.CanPool(rows) && DirectConv2dCall.CanPool(columns);

    /// <summary>Where a part begins when the output's planes are cut in parts of whole groups; their number for the part behind the last.</summary>
    private protected int OutputStart(int group, int part, int parts)
    {
        int groups = (Output.Channels + group - 1) / group;
        return Math.Min(groups * part / parts * group, Output.Channels);
    }
}

/// <summary>A convolution as a list of taps.</summary>
internal sealed class DirectConv2dCall : Conv2dCall
{
    /// <summary>The most pixels beside a pair of groups.</summary>
    public const int PairPixels = 3;

    private const int MinOverlapping = 4;
    private const int Parts = 16;

    public DirectConv2dCall(TapTable taps, Planes source, Planes output, ChannelLanes? lanes = null)
        : base(source, output)
    {
        (Taps, Lanes) = (taps, lanes);
    }

    public TapTable Taps { get; }

    /// <summary>Whether pooling each row at once gains anything: not where it joins three pooled rows or more, as measured.</summary>
    public static bool CanPool(ConvAxis pool) => pool.Kernel <= 2 * pool.Stride;

    /// <summary>From one output to the next, in packed weights.</summary>
    public int WeightsPerOutput { get; init; }

    /// <summary>Between the outputs of a group, in packed weights.</summary>
    public int WeightStride { get; init; }

    public int SourceStep { get; init; }

    public int OutputStep { get; init; }

    /// <summary>Output rows that run through all outputs before the next rows do, so that their inputs stay in the cache.</summary>
    public int BandRows { get; init; }

    public int Group { get; init; }

    /// <summary>Whether two groups of four outputs are summed together, which halves the inputs that are read.</summary>
    public bool Pairs { get; init; }

    public required int LaneWidth { get; init; }

    /// <summary>Rows of what is written that a part has at least; several pooled ones where each part sums anew what its windows share with the next one's.</summary>
    public int SharedRows => Pool is null ? BandRows : Math.Max(BandRows / Pool.Rows.Stride, Pool.Rows.Overlaps ? MinOverlapping : 1);

    /// <summary>In how many chunks a band's outputs are cut, so that threads have enough parts to share.</summary>
    public int OutputChunks => Math.Clamp(Parts / RowBands, 1, (Output.Channels + Group - 1) / Group);

    public override int Units => RowBands * OutputChunks;

    public override int RowBands => ((Pool?.Output ?? Output).Height + SharedRows - 1) / SharedRows;

    public override int ScratchFloats => Pool is null ? 0 : checked(Group * Pool.Columns.Reach * LaneWidth);

    private protected override string Kernel => $"{(Lanes is null ? "taps" : "channels")} {(Pairs && Pool is null ? 2 * Group : Group)}×{Taps.MaxPixels}";

    /// <summary>The first output of one of so many chunks, a multiple of the group; the number of outputs for the chunk behind the last.</summary>
    public int ChunkStart(int chunk, int chunks) => OutputStart(Group, chunk, chunks);
}
