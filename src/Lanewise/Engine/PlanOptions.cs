using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>The options that a network is compiled with; see <see cref="Plan.Compile"/>.</summary>
public sealed record PlanOptions
{
    /// <summary>The maximum number of images in a call, at least 1; 64 by default. Any smaller number is allowed in each call.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Whether the gradients of the parameters are computed; false by default. Batch norm and dropout then run in training mode.
    /// </summary>
    public bool Training { get; init; }

    /// <summary>
    /// In training, whether the parameter of a given name is trained; null, the default, trains all. The backward pass ends at the first
    /// trained layer, and a batch norm whose parameters are not trained uses its running statistics and does not update them.
    /// </summary>
    public Func<string, bool>? IsTrainable { get; init; }

    /// <summary>The seed of the dropout masks; 0 by default.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// The number of threads, at least 1; that of the logical processors by default. Results are bitwise identical for any number of
    /// threads.
    /// </summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The number of floats in a SIMD vector: 16, 8, 4 or 1, as far as the processor supports them; 0, the default, for the widest.
    /// </summary>
    public int LaneWidth { get; init; }

    /// <summary>
    /// In training, the maximum number of slots, groups of 8, 16, 32 … images whose gradients are summed before those of other slots are
    /// added; at most 32. 0, the default, chooses by network and batch size. The last bits of the weights depend on it, and on neither
    /// threads nor lane width.
    /// </summary>
    public int Slots { get; init; }

    /// <summary>In training, the images over which batch norm takes mean and variance; the whole batch by default.</summary>
    public BatchNormScope BatchNormScope { get; init; }

    /// <summary>
    /// Whether the gradient of the input is computed; false by default. Without <see cref="Training"/> the network runs in evaluation mode,
    /// and no other gradient is computed.
    /// </summary>
    public bool InputGradient { get; init; }

    /// <summary>
    /// In training, ε of label smoothing, 0 ≤ ε &lt; 1: the target of the loss is (1 − ε) · target + ε / classes; 0 by default.
    /// </summary>
    internal double LabelSmoothing { get; init; }

    /// <summary>In training, the weight of each class in the loss, positive; null, the default, for 1.</summary>
    internal IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>In training, the number of batches of a step; 1 by default.</summary>
    internal int BatchesPerStep { get; init; } = 1;

    /// <summary>Checks the ranges of the options.</summary>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    internal void Check()
    {
        if (BatchSize < 1 || Threads < 1)
        {
            var (option, value) = BatchSize < 1 ? (nameof(BatchSize), BatchSize) : (nameof(Threads), Threads);
            throw new InvalidOptionException($"batch size {BatchSize}, threads {Threads}: both must be at least 1.", option, value);
        }

        if (Slots is < 0 or > SlotTree.MaxSlots)
        {
            throw new InvalidOptionException(
                $"slots {Slots}: expected 1 to {SlotTree.MaxSlots}, or 0 for the default.", nameof(Slots), Slots);
        }

        if (Tuning == Tuning.Measure && HasBackward)
        {
            throw new InvalidOptionException(
                "tuning Measure: training takes the algorithms of Tuning.Reference, so that it gives the same weights on every machine; "
                + "omit it.",
                nameof(Tuning),
                Tuning);
        }

        if (LaneWidth != 0 && !KernelSet.Widths.Contains(LaneWidth))
        {
            string widths = string.Join(", ", KernelSet.Widths);
            throw new InvalidOptionException(
                $"lane width {LaneWidth}: this processor supports {widths}; choose one of these, or 0 for the widest.",
                nameof(LaneWidth),
                LaneWidth);
        }
    }

    /// <summary>Whether the plan has a backward pass.</summary>
    internal bool HasBackward => Training || InputGradient;

    /// <summary>
    /// The algorithm of the convolutions. The default, <see cref="Conv2dAlgorithm.Auto"/>, uses Winograd, whose rounding differs slightly
    /// from that of direct sums, for each layer where it is faster.
    /// </summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>
    /// In inference, what the choice of an algorithm for each convolution rests on: estimates by default. Plans with gradients take
    /// <see cref="Tuning.Reference"/>, so that training gives the same weights on every machine.
    /// </summary>
    public Tuning Tuning { get; init; }

    /// <summary>What has been measured; null, except in tests, for the table of this machine.</summary>
    internal TuningTable? TuningTable { get; init; }

    /// <summary>What the choice rests on in this plan.</summary>
    internal Tuning EffectiveTuning => HasBackward ? Tuning.Reference : Tuning;

    /// <summary>The algorithm as the kernels define it.</summary>
    internal ConvAlgorithm KernelAlgorithm => Algorithm switch
    {
        Conv2dAlgorithm.Auto => ConvAlgorithm.Auto,
        Conv2dAlgorithm.Direct => ConvAlgorithm.Direct,
        Conv2dAlgorithm.Winograd => ConvAlgorithm.Winograd,
        Conv2dAlgorithm.WinogradSmall => ConvAlgorithm.WinogradSmall,
        Conv2dAlgorithm.WinogradRows => ConvAlgorithm.WinogradRows,
        _ => throw new InvalidOptionException(
            $"there is no convolution algorithm {Algorithm}; choose one of {string.Join(", ", Enum.GetNames<Conv2dAlgorithm>())}.",
            nameof(Algorithm),
            Algorithm),
    };

    /// <summary>The number of guard vectors after each activation; 0 outside tests, which check that they stay unchanged.</summary>
    internal int GuardVectors { get; init; }

    /// <summary>The memory layout of activations; automatic outside tests and measurements.</summary>
    internal LaneLayout LaneLayout { get; init; }

    /// <summary>The order of execution; automatic outside tests.</summary>
    internal WorkOrder Schedule { get; init; }
}

/// <summary>The images over which batch norm takes mean and variance in training.</summary>
public enum BatchNormScope
{
    /// <summary>The images of the batch, as in PyTorch.</summary>
    Batch,

    /// <summary>
    /// The images of each slot (<see cref="PlanOptions.Slots"/>), mostly 16 or more: ghost batch normalization (Hoffer, Hubara and Soudry
    /// 2017). The running statistics are updated with the means of those of the slots.
    /// </summary>
    Slot,
}

/// <summary>The memory layout of activations: what the lanes of a vector hold.</summary>
internal enum LaneLayout
{
    /// <summary>Channel-interleaved for inference on few images, where all ops support it; batch-interleaved otherwise.</summary>
    Automatic,

    /// <summary>One channel of several images.</summary>
    BatchInterleaved,

    /// <summary>Several channels of one image.</summary>
    ChannelInterleaved,
}

/// <summary>The order in which a plan runs blocks and layers.</summary>
internal enum WorkOrder
{
    /// <summary>Chosen by network, batch size and threads.</summary>
    Automatic,

    /// <summary>Block by block, each through the whole network.</summary>
    Blocks,

    /// <summary>Layer by layer, each for all blocks.</summary>
    Layers,
}
