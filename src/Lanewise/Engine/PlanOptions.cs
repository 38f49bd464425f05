using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>How a plan is compiled.</summary>
public sealed record PlanOptions
{
    /// <summary>The most images that a call takes; fewer are always welcome.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Whether gradients to the weights are wanted; batch norm and dropout then work as in training.</summary>
    public bool Training { get; init; }

    /// <summary>
    /// Training: whether the parameter of that name is trained; null for all. Nothing before the first trained layer is
    /// differentiated, and batch norm whose parameters are not trained uses its running statistics and leaves them alone.
    /// </summary>
    public Func<string, bool>? IsTrainable { get; init; }

    /// <summary>Decides what dropout drops.</summary>
    public int Seed { get; init; }

    /// <summary>Threads, at least 1. The results' bits do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Images in a block: 16, 8, 4 or 1; 0 for the widest that the processor has.</summary>
    public int LaneWidth { get; init; }

    /// <summary>
    /// Whether the gradient to the image is wanted. Without <see cref="Training"/> the network works as in evaluation, and this
    /// gradient is the only one.
    /// </summary>
    public bool InputGradient { get; init; }

    /// <summary>Whether there is a backward pass at all.</summary>
    internal bool Differentiates => Training || InputGradient;

    /// <summary>
    /// How convolutions are computed. <see cref="Conv2dAlgorithm.Auto"/> uses Winograd, which rounds a little differently, layer by
    /// layer where it is faster.
    /// </summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>The same choice in the kernels' terms.</summary>
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

    /// <summary>Vectors kept free behind each activation, which tests watch.</summary>
    internal int GuardVectors { get; init; }

    /// <summary>What lanes hold; automatic outside tests.</summary>
    internal LaneUse Lanes { get; init; }

    /// <summary>The order of the work; automatic outside tests.</summary>
    internal WorkOrder Schedule { get; init; }
}

/// <summary>What a vector's lanes hold.</summary>
internal enum LaneUse
{
    /// <summary>Channels in plans for few images that only infer, where all ops can; images otherwise.</summary>
    Automatic,

    /// <summary>One channel of several images.</summary>
    Images,

    /// <summary>Several channels of one image.</summary>
    Channels,
}

/// <summary>In which order a plan works.</summary>
internal enum WorkOrder
{
    /// <summary>As the network and the batch advise.</summary>
    Automatic,

    /// <summary>Block by block, each through the whole network.</summary>
    Blocks,

    /// <summary>Layer by layer, all blocks through each.</summary>
    Layers,
}
