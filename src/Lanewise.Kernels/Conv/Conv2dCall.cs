namespace Lanewise.Kernels;

/// <summary>
/// One convolution of a plan, forward or as the gradient to its input: the layouts, and the operations that are fused into it (add, mask,
/// ReLU, max pooling). A linear layer is a convolution of one pixel. Immutable once the plan is compiled; any number of threads may run it.
/// </summary>
internal abstract class Conv2dCall
{
    private protected Conv2dCall(Planes source, Planes output) => (Source, Output) = (source, output);

    /// <summary>The activation that is read: x, or dy for the gradient to the input.</summary>
    public Planes Source { get; }

    /// <summary>The activation that is written, or pooled: y, or dx for the gradient to the input.</summary>
    public Planes Output { get; }

    /// <summary>The first float of the packed weights in the weights' memory.</summary>
    public required int Weights { get; init; }

    /// <summary>The first float of the bias in the weights' memory; negative when there is none.</summary>
    public required int Bias { get; init; }

    /// <summary>The activation that is added to the sum (a shortcut, or the output itself to accumulate), or null.</summary>
    public Planes? Add { get; set; }

    /// <summary>The activation that masks the sum: the output is zero where it is not positive (the gradient of ReLU); or null.</summary>
    public Planes? Mask { get; set; }

    /// <summary>Whether max(0, ·) is applied to the sum.</summary>
    public bool ReLU { get; set; }

    /// <summary>The max pooling whose result is written instead of the output; null for none.</summary>
    public PoolCall? Pool { get; set; }

    /// <summary>The source's channels in the channel-interleaved layout; null in the batch-interleaved one.</summary>
    public ChannelLanes? Lanes { get; private protected init; }

    /// <summary>The first float of the transformed weights in the weights' memory; set by the plan.</summary>
    public int Transformed { get; set; }

    /// <summary>The floats of the transformed weights; 0 for a convolution that reads the packed weights directly.</summary>
    public int TransformedFloats { get; private protected set; }

    /// <summary>The floats of a thread's scratch memory that a run takes.</summary>
    public abstract int ScratchFloats { get; }

    /// <summary>The number of units of work that parts of the call can share.</summary>
    public abstract int Units { get; }

    /// <summary>The number of bands of output rows, each of which reads no more than the cache keeps.</summary>
    public virtual int RowBands => 1;

    /// <summary>
    /// The algorithm and the tile of its micro-kernel, outputs × pixels, as text: <c>taps 4×6</c>, <c>F(4,3) 4×6, pool 2×2</c>.
    /// </summary>
    public string Tile => Pool is null ? Kernel : $"{Kernel}, pool {Pool.Rows.Kernel}×{Pool.Columns.Kernel}";

    private protected abstract string Kernel { get; }

    /// <summary>Whether a convolution can pool its output before writing it; dilated windows have a kernel of their own.</summary>
    /// <param name="algorithm">How it is computed.</param>
    /// <param name="geometry">The convolution.</param>
    /// <param name="source">Its input.</param>
    /// <param name="output">Its output, before pooling.</param>
    /// <param name="lanes">The source's channels in the channel-interleaved layout; null in the batch-interleaved one.</param>
    /// <param name="rows">The pooling's vertical axis.</param>
    /// <param name="columns">Its horizontal axis.</param>
    public static bool CanPool(
        ConvAlgorithm algorithm, Conv2dGeometry geometry, Planes source, Planes output, ChannelLanes? lanes,
        ConvAxis rows, ConvAxis columns) =>
        rows.Dilation == 1 && columns.Dilation == 1
        && (WinogradForm.For(algorithm, geometry, isBackward: false, source, output, lanes) is { } form
            ? form.CanPool(geometry, rows) && form.CanPool(geometry, columns)
            : DirectConv2dCall.CanPool(rows) && DirectConv2dCall.CanPool(columns));

    /// <summary>
    /// Gets the first output of a part when the output planes are divided into parts of whole groups; their number for part = parts.
    /// </summary>
    private protected int OutputStart(int group, int part, int parts)
    {
        int groups = (Output.Channels + group - 1) / group;
        return Math.Min(groups * part / parts * group, Output.Channels);
    }
}

/// <summary>A direct convolution: each output pixel sums a list of taps.</summary>
internal sealed class DirectConv2dCall : Conv2dCall
{
    /// <summary>The maximum number of pixels of a tile of two groups.</summary>
    public const int PairPixels = 3;

    private const int MinOverlapping = 4;
    private const int Parts = 16;

    public DirectConv2dCall(TapTable taps, Planes source, Planes output, ChannelLanes? lanes = null)
        : base(source, output)
    {
        (Taps, Lanes) = (taps, lanes);
    }

    public TapTable Taps { get; }

    /// <summary>
    /// Whether fused pooling is faster than a separate pass: not where a row belongs to three pooled rows or more, as measured.
    /// </summary>
    public static bool CanPool(ConvAxis pool) => pool.Kernel <= 2 * pool.Stride;

    /// <summary>
    /// The packed weights of an output, in floats: those of the group that begins with output k begin at k times as many.
    /// </summary>
    public int WeightsPerOutput { get; init; }

    /// <summary>The distance between the weights of neighbouring outputs of a group, in floats.</summary>
    public int WeightStride { get; init; }

    /// <summary>Source columns between neighbouring pixels of a tile.</summary>
    public int SourceStep { get; init; }

    /// <summary>Output columns between neighbouring pixels of a tile.</summary>
    public int OutputStep { get; init; }

    /// <summary>
    /// The output rows of a band: all outputs of a band are computed before the next band, so that its inputs stay in the cache.
    /// </summary>
    public int BandRows { get; init; }

    /// <summary>The outputs that the micro-kernel computes together.</summary>
    public int Group { get; init; }

    /// <summary>Whether two groups of four outputs are computed together, which halves the inputs that are read.</summary>
    public bool Pairs { get; init; }

    public required int LaneWidth { get; init; }

    /// <summary>
    /// The written rows of a unit of work: at least several where pooling windows overlap, since each part recomputes the rows that its
    /// windows share with the next part.
    /// </summary>
    public int SharedRows => Pool is null ? BandRows : Math.Max(BandRows / Pool.Rows.Stride, Pool.Rows.Overlaps ? MinOverlapping : 1);

    /// <summary>The number of chunks that the outputs of a band are divided into, so that threads have enough units to share.</summary>
    public int OutputChunks => Math.Clamp(Parts / RowBands, 1, (Output.Channels + Group - 1) / Group);

    public override int Units => RowBands * OutputChunks;

    public override int RowBands => ((Pool?.Output ?? Output).Height + SharedRows - 1) / SharedRows;

    public override int ScratchFloats => Pool is null ? 0 : checked(Group * Pool.Columns.Reach * LaneWidth);

    private protected override string Kernel =>
        $"{(Lanes is null ? "taps" : "channels")} {(Pairs && Pool is null ? 2 * Group : Group)}×{Taps.MaxPixels}";

    /// <summary>Gets the first output of a chunk, a multiple of the group; the number of outputs for chunk = chunks.</summary>
    public int ChunkStart(int chunk, int chunks) => OutputStart(Group, chunk, chunks);
}
