using Lanewise.Data;

namespace Lanewise.Analysis;

/// <summary>What contributions are measured on, and how.</summary>
/// <param name="Test">Labelled images.</param>
/// <param name="Preprocessing">How they become the network's input.</param>
public sealed record ContributionOptions(IImageDataset Test, Preprocessing Preprocessing)
{
    /// <summary>Images that are worked on together.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Threads, at least 1; the result does not depend on them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Is told before each pass over the images.</summary>
    public IProgress<ContributionProgress>? Progress { get; init; }
}

/// <summary>How far a measurement has come.</summary>
/// <param name="Done">Passes over the images that are done.</param>
/// <param name="Total">Passes in all.</param>
/// <param name="What">What the next pass measures, for a person to read.</param>
public readonly record struct ContributionProgress(int Done, int Total, string What);
