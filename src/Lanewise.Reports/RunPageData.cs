using Lanewise.Analysis;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Reports;

/// <summary>What the page of a training run is made of. Parts that are not known stay null or empty, and the page says so.</summary>
public sealed record RunPageData
{
    /// <summary>What the run is called, for example its folder.</summary>
    public required string Name { get; init; }

    /// <summary>What was trained.</summary>
    public required Network Network { get; init; }

    /// <summary>The dataset's name; null when the run had not come to know it.</summary>
    public string? Dataset { get; init; }

    /// <summary>The epochs that were asked for.</summary>
    public required int EpochsWanted { get; init; }

    /// <summary>The epochs that are done.</summary>
    public required IReadOnlyList<EpochResult> Epochs { get; init; }

    /// <summary>How the trained model does on the test images; null if that could not be found out.</summary>
    public RunTest? Test { get; init; }

    /// <summary>Why <see cref="Test"/> is missing.</summary>
    public string? TestMissing { get; init; }

    /// <summary>Share of the test images that are right; without <see cref="Test"/> what training noted last, null before its first epoch.</summary>
    public double? TestTop1 => Test?.Evaluation.Top1 ?? (Epochs is [.., var last] ? last.ValTop1 : null);

    /// <summary>The gradients of some steps; empty if the run did not note them.</summary>
    public IReadOnlyList<GradientSample> Gradients { get; init; } = [];

    /// <summary>Name and value of each setting.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>Name and value of what is known of machine and program.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>The command that trained the model.</summary>
    public required string Command { get; init; }

    /// <summary>The command that goes on with the run; null if it is complete.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>What a reader should know before repeating the run: a sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>How a trained model does on test images.</summary>
/// <param name="Dataset">What it was tested on.</param>
/// <param name="Evaluation">The figures.</param>
/// <param name="Classes">The classes' names.</param>
/// <param name="Mistakes">The mistakes it was surest of, the surest first.</param>
public sealed record RunTest(string Dataset, Evaluation Evaluation, IReadOnlyList<string> Classes, IReadOnlyList<MistakeImage> Mistakes);

/// <summary>A mistake with its image.</summary>
/// <param name="Prediction">What the model took it for.</param>
/// <param name="Png">The image as the model saw it, a PNG file's bytes.</param>
/// <param name="Side">The image's width in pixels.</param>
public sealed record MistakeImage(ImagePrediction Prediction, byte[] Png, int Side);
