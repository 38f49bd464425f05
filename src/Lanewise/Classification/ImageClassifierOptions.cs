using Lanewise.Engine;

namespace Lanewise;

/// <summary>The options of an <see cref="ImageClassifier"/>.</summary>
public sealed record ImageClassifierOptions
{
    /// <summary>
    /// The model's name in <see cref="ModelCatalog"/>, for a file that does not describe its model, such as one of PyTorch; null to use
    /// the description in the file.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>
    /// The set of weights of a run folder; null (default) for the one that its <c>args.json</c> names: the best epoch's where the training
    /// monitored a metric, otherwise the last.
    /// </summary>
    public RunWeights? Use { get; init; }

    /// <summary>
    /// How images are prepared, in place of what the file says; null for that. Another input size than the file's needs a model of the
    /// catalog that supports it.
    /// </summary>
    public ImageTransform? Transform { get; init; }

    /// <summary>The class names in the order of the logits, in place of those of the file; null for these.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The calibration, in place of the file's; null for that, or none.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>
    /// The probability, 0 to 1, below which an answer is "none of these" (<see cref="Classification.IsRejected"/>); null (default) to
    /// accept every answer. NaN stands for the threshold of the calibration.
    /// </summary>
    public double? Reject { get; init; }

    /// <summary>
    /// How often <see cref="Classification.LikelyClasses"/> is to hold the right class, above 0 and below 1, for example 0.95; null
    /// (default) for no such set. It needs a calibrated model.
    /// </summary>
    public double? Coverage { get; init; }

    /// <summary>
    /// The number of threads that prepare and classify the images of one call that takes several; the number of processors by default. A
    /// call with one image runs on the thread of its caller.
    /// </summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The maximum number of images (blocks of images for a network without a form for single ones) that are computed at the same time;
    /// each takes memory for its activations. Further callers wait. Default: twice the number of processors, at least 16.
    /// </summary>
    public int MaxSessions { get; init; } = Math.Max(16, 2 * Environment.ProcessorCount);

    /// <summary>
    /// The algorithm of the convolutions. The default, <see cref="Conv2dAlgorithm.Auto"/>, uses Winograd, whose rounding differs slightly
    /// from that of direct sums, for each layer where it is faster.
    /// </summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>What the choice of an algorithm for each convolution rests on: estimates by default.</summary>
    public Tuning Tuning { get; init; }

    /// <summary>Throws unless all options are in range.</summary>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    internal void Check()
    {
        Require(Threads >= 1, nameof(Threads), "threads", Threads);
        Require(MaxSessions >= 1, nameof(MaxSessions), "max sessions", MaxSessions);
        if (Reject is not (null or double.NaN))
        {
            OptionCheck.Require(Reject is >= 0 and <= 1, nameof(Reject), "reject", Reject.Value, "a number from 0 to 1");
        }

        if (Coverage is { } coverage)
        {
            OptionCheck.Require(coverage is > 0 and < 1, nameof(Coverage), "coverage", coverage, "a number above 0 and below 1");
        }
    }

    private static void Require(bool isValid, string option, string name, int value)
    {
        if (!isValid)
        {
            throw new InvalidOptionException($"classifier: {name} {value}; at least 1 is needed.", option, value);
        }
    }
}
