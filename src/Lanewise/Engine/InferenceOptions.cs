using Lanewise.Engine;

namespace Lanewise;

/// <summary>The options of a <see cref="CompiledModel"/>.</summary>
public sealed record InferenceOptions
{
    /// <summary>
    /// The maximum number of images in a call, at least 1; 1 by default. It decides how weights and activations are laid out in memory:
    /// with few images, vectors hold channels of one image; with more, they hold several images. Compile one model for single images and
    /// another for batches of a multiple of <see cref="CompiledModel.LaneWidth"/> images.
    /// </summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>
    /// The maximum number of threads of a session, at least 1; 1 by default, for one session per concurrent caller. Results are bitwise
    /// identical for any number of threads.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// The number of floats in a SIMD vector: 16, 8, 4 or 1, as far as the processor supports them; 0, the default, for the widest.
    /// </summary>
    public int LaneWidth { get; init; }

    /// <summary>
    /// The algorithm of the convolutions. The default, <see cref="Conv2dAlgorithm.Auto"/>, uses Winograd, whose rounding differs slightly
    /// from that of direct sums, for each layer where it is faster.
    /// </summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>What the choice of an algorithm for each convolution rests on: estimates by default.</summary>
    public Tuning Tuning { get; init; }

    /// <summary>The options as the engine takes them.</summary>
    internal PlanOptions ToPlanOptions() =>
        new() { BatchSize = BatchSize, Threads = Threads, LaneWidth = LaneWidth, Algorithm = Algorithm, Tuning = Tuning };
}
