namespace Lanewise.Workflows;

/// <summary>What a classifier is fitted to, and in which time.</summary>
public sealed record FitOptions
{
    /// <summary>The value of <see cref="Pretrained"/> for none.</summary>
    public const string NoPretrained = "none";

    /// <summary>The default of <see cref="Minutes"/>.</summary>
    public const double DefaultMinutes = 5;

    /// <summary>The fewest minutes.</summary>
    public const double MinMinutes = 0.1;

    /// <summary>Gets the images: a folder with a folder for each class, or any other data that <c>--dataset</c> takes.</summary>
    public required string Dataset { get; init; }

    /// <summary>Gets the folder to search for datasets; null for the default ones.</summary>
    public string? DataDir { get; init; }

    /// <summary>Gets the minutes for all work, at least <see cref="MinMinutes"/>. Default: 5.</summary>
    public double Minutes { get; init; } = DefaultMinutes;

    /// <summary>
    /// Gets the pretrained weights, a name or a file, or <see cref="NoPretrained"/>; null for those on disk, or else those that can be
    /// fetched.
    /// </summary>
    public string? Pretrained { get; init; }

    /// <summary>Gets the images to validate on, a share or the name of a split; null for the default of training.</summary>
    public string? ValSplit { get; init; }

    /// <summary>Gets the expression or column that keeps images on one side; null for none.</summary>
    public string? GroupBy { get; init; }

    /// <summary>Gets what happens to corrupt images. Default: they are left out.</summary>
    public CorruptImagePolicy OnCorrupt { get; init; } = CorruptImagePolicy.Skip;

    /// <summary>Gets the seed of the division, the order of images and augmentation.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the number of threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets how pretrained weights are fetched.</summary>
    public PretrainedFetchOptions Fetching { get; init; } = new();

    /// <summary>Validates the options.</summary>
    /// <exception cref="JobException">An option is out of range.</exception>
    internal void Check()
    {
        if (!(Minutes >= MinMinutes && Minutes <= TimeSpan.FromDays(30).TotalMinutes))
        {
            throw new JobException(FormattableString.Invariant(
                $"{{minutes}} {Minutes}: expected a number of minutes from {MinMinutes} to {TimeSpan.FromDays(30).TotalMinutes}."));
        }
    }
}
