namespace Lanewise.Analysis;

/// <summary>The options of a contribution measurement.</summary>
public sealed record ContributionOptions
{
    /// <summary>Creates the options.</summary>
    /// <param name="dataset">The labelled images to measure on.</param>
    /// <param name="transform">How they are preprocessed.</param>
    public ContributionOptions(IImageDataset dataset, ImageTransform transform) => (Dataset, Transform) = (dataset, transform);

    /// <summary>The labelled images to measure on.</summary>
    public IImageDataset Dataset { get; init; }

    /// <summary>How they are preprocessed.</summary>
    public ImageTransform Transform { get; init; }

    /// <summary>The number of images per batch. Default: 256.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>The number of threads, at least 1; does not affect the results. Default: all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Receives progress before each pass over the images.</summary>
    public IProgress<ContributionProgress>? Progress { get; init; }
}

/// <summary>The progress of a measurement.</summary>
/// <param name="Done">The number of completed passes over the images.</param>
/// <param name="Total">The total number of passes.</param>
/// <param name="What">A description of the next pass.</param>
public readonly record struct ContributionProgress(int Done, int Total, string What);
