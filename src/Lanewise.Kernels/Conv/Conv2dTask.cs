namespace Lanewise.Kernels;

/// <summary>
/// One convolution of a plan, forward or as the gradient to its input: its layouts, and what is done to the result before it is
/// written. A linear layer is one too, of a single pixel. The plan completes it while it is compiled; from then on it stays as it is,
/// and any number of threads may run it.
/// </summary>
public abstract class Conv2dTask
{
    private protected Conv2dTask(Planes source, Planes output) => (Source, Output) = (source, output);

    /// <summary>What is summed.</summary>
    public Planes Source { get; }

    /// <summary>What is written.</summary>
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

    /// <summary>The source's channels where lanes are channels; null where they are images.</summary>
    public ChannelLanes? Lanes { get; private protected init; }

    /// <summary>Where transformed weights may be kept, in floats of the weights' memory.</summary>
    public int Transformed { get; set; }

    /// <summary>Floats of transformed weights; 0 for a convolution that reads them as they are packed.</summary>
    public int TransformedFloats { get; private protected set; }

    /// <summary>Floats of a thread's own memory that running it takes.</summary>
    public int ScratchFloats { get; private protected set; }

    /// <summary>The most parts that the call can be shared in.</summary>
    public abstract int Units { get; }

    /// <summary>The algorithm and its micro-kernel's tile, outputs × pixels, for a person to read: <c>taps 4×6</c>, <c>F(4,3) 4×6</c>.</summary>
    public abstract string Tile { get; }

    /// <summary>Where a part begins when the output's planes are cut in parts of whole groups; their number for the part behind the last.</summary>
    private protected int CutOutputs(int group, int part, int parts)
    {
        int groups = (Output.Channels + group - 1) / group;
        return Math.Min(groups * part / parts * group, Output.Channels);
    }
}

/// <summary>A convolution as a list of taps.</summary>
internal sealed class DirectConv2dTask : Conv2dTask
{
    public DirectConv2dTask(TapTable taps, Planes source, Planes output, ChannelLanes? lanes = null)
        : base(source, output)
    {
        (Taps, Lanes) = (taps, lanes);
    }

    public TapTable Taps { get; }

    /// <summary>From one output to the next, in packed weights.</summary>
    public int WeightsPerOutput { get; init; }

    /// <summary>Between the outputs of a group, in packed weights.</summary>
    public int WeightStride { get; init; }

    public int SourceStep { get; init; }

    public int OutputStep { get; init; }

    /// <summary>Output rows that run through all outputs before the next rows do, so that their inputs stay in the cache.</summary>
    public int BandRows { get; init; }

    /// <summary>In how many chunks a band's outputs are cut, so that threads can share it.</summary>
    public int OutputChunks { get; init; }

    public int Group { get; init; }

    public override int Units => (Output.Height + BandRows - 1) / BandRows * OutputChunks;

    public override string Tile => $"{(Lanes is null ? "taps" : "channels")} {Group}×{Taps.MostPixels}";

    /// <summary>The first output of a chunk, a multiple of the group; the number of outputs for the chunk behind the last.</summary>
    public int ChunkStart(int chunk) => CutOutputs(Group, chunk, OutputChunks);
}
