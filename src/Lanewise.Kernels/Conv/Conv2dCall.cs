namespace Lanewise.Kernels;

/// <summary>
/// One convolution of a plan, forward or as the gradient to its input, by one algorithm. Immutable; any number of threads may run it.
/// </summary>
internal abstract class Conv2dCall
{
    private protected Conv2dCall(Conv2dProblem problem, Conv2dChoice choice)
    {
        Choice = choice;
        (Source, Output, Lanes) = (problem.Source, problem.Output, problem.Lanes);
        (Weights, Epilogue) = (problem.Weights, problem.Epilogue);
        if (Epilogue is { Activation: not null, Pool: not null })
        {
            throw new ArgumentException("a convolution that pools its sums applies no activation but ReLU", nameof(problem));
        }
    }

    /// <summary>The algorithm, and what it was chosen from.</summary>
    public Conv2dChoice Choice { get; }

    /// <summary>The activation that is read: x, or dy for the gradient to the input.</summary>
    public Planes Source { get; }

    /// <summary>The activation that is written, or pooled: y, or dx for the gradient to the input.</summary>
    public Planes Output { get; }

    /// <summary>The source's channels in the channel-interleaved layout; null in the batch-interleaved one.</summary>
    public ChannelLanes? Lanes { get; }

    /// <summary>The location of the weights.</summary>
    public ConvWeights Weights { get; }

    /// <summary>What is done to the sums.</summary>
    public Epilogue Epilogue { get; }

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
    public string Tile => Epilogue.Pool is { } pool ? $"{Kernel}, pool {pool.Rows.Kernel}×{pool.Columns.Kernel}" : Kernel;

    private protected abstract string Kernel { get; }

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

    public DirectConv2dCall(Conv2dProblem problem, Conv2dChoice choice, TapTable taps)
        : base(problem, choice) => Taps = taps;

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
    public int SharedRows => Epilogue.Pool is { Rows: var rows }
        ? Math.Max(BandRows / rows.Stride, rows.Overlaps ? MinOverlapping : 1)
        : BandRows;

    /// <summary>The number of chunks that the outputs of a band are divided into, so that threads have enough units to share.</summary>
    public int OutputChunks => Math.Clamp(Parts / RowBands, 1, (Output.Channels + Group - 1) / Group);

    public override int Units => RowBands * OutputChunks;

    public override int RowBands => ((Epilogue.Pool?.Output ?? Output).Height + SharedRows - 1) / SharedRows;

    public override int ScratchFloats => Epilogue.Pool is null ? 0 : checked(Group * Epilogue.Pool.Columns.Reach * LaneWidth);

    private protected override string Kernel =>
        $"{(Lanes is null ? "taps" : "channels")} {(Pairs && Epilogue.Pool is null ? 2 * Group : Group)}×{Taps.MaxPixels}";

    /// <summary>Gets the first output of a chunk, a multiple of the group; the number of outputs for chunk = chunks.</summary>
    public int ChunkStart(int chunk, int chunks) => OutputStart(Group, chunk, chunks);
}
