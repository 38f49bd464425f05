namespace Lanewise.Workflows;

/// <summary>What a check of data found.</summary>
public sealed record DataCheckResult
{
    /// <summary>Gets the name of the dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>Gets the number of images of each class and split.</summary>
    public required DatasetEvent Counts { get; init; }

    /// <summary>Gets how training and validation images were told apart, as a sentence; null if the data is divided.</summary>
    public string? Division { get; init; }

    /// <summary>Gets the sizes of the images; null if none can be read.</summary>
    public ImageSizes? Sizes { get; init; }

    /// <summary>Gets the findings, the most serious kind first; a kind without a finding is absent.</summary>
    public required IReadOnlyList<DataFinding> Findings { get; init; }

    /// <summary>Gets the checks that were left out.</summary>
    public IReadOnlyList<SkippedCheck> Skipped { get; init; } = [];

    /// <summary>Gets the kinds that were looked for and not found.</summary>
    public IReadOnlyList<DataFindingKind> NotFound => [.. Enum.GetValues<DataFindingKind>().Where(
        kind => Findings.All(finding => finding.Kind != kind) && Skipped.All(check => check.Kind != kind))];
}

/// <summary>A check that was left out.</summary>
/// <param name="Kind">What was not looked for.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record SkippedCheck(DataFindingKind Kind, string Reason);

/// <summary>The kinds of findings, the most serious first.</summary>
public enum DataFindingKind
{
    /// <summary>Copies of one image, or nearly so, in several splits: validation accuracy is then too high.</summary>
    AcrossSplits,

    /// <summary>Copies of one image, or nearly so, with different labels.</summary>
    ConflictingLabels,

    /// <summary>Images that cannot be decoded.</summary>
    Unreadable,

    /// <summary>Images whose label a model contradicts.</summary>
    LikelyWrongLabels,

    /// <summary>Classes with few images.</summary>
    FewImages,

    /// <summary>Classes of very different numbers of images.</summary>
    UnequalClasses,

    /// <summary>The same image several times in a split.</summary>
    Duplicates,

    /// <summary>Nearly the same image several times in a split: resized, recompressed, mirrored or slightly cropped.</summary>
    NearDuplicates,

    /// <summary>Images that are smaller than the model's input.</summary>
    SmallImages,
}

/// <summary>A finding of a check of data.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Count">How many images, classes or groups of copies it is about.</param>
/// <param name="Text">What was found, in one sentence.</param>
/// <param name="Advice">What to do, in one sentence.</param>
/// <param name="Groups">The images and classes, those that belong together in a group.</param>
public sealed record DataFinding(DataFindingKind Kind, int Count, string Text, string Advice, IReadOnlyList<FindingGroup> Groups);

/// <summary>Images that a finding is about, such as the copies of one image.</summary>
/// <param name="Detail">What they have in common, for example <c>same file</c>.</param>
/// <param name="Images">The images; empty for a finding about a class.</param>
public sealed record FindingGroup(string Detail, IReadOnlyList<CheckedImage> Images);

/// <summary>An image of a check of data.</summary>
/// <param name="Split">The split that it is in.</param>
/// <param name="Name">The name of the file below the dataset's folder, or <c>image</c> and its index.</param>
/// <param name="Class">The name of its class.</param>
public sealed record CheckedImage(string Split, string Name, string Class);

/// <summary>The sizes of images, in pixels.</summary>
/// <param name="Width">The widths.</param>
/// <param name="Height">The heights.</param>
/// <param name="Aspect">The aspect ratios, width / height.</param>
/// <param name="Input">The input size that <paramref name="Smaller"/> refers to.</param>
/// <param name="Smaller">The number of images that are smaller than it in width or height.</param>
public sealed record ImageSizes(ValueRange Width, ValueRange Height, ValueRange Aspect, Size2d Input, int Smaller);

/// <summary>The smallest value, the median and the largest value.</summary>
/// <param name="Min">The smallest value.</param>
/// <param name="Median">The median; of an even number of values the lower of the middle two.</param>
/// <param name="Max">The largest value.</param>
public sealed record ValueRange(double Min, double Median, double Max)
{
    /// <summary>Sorts values in place.</summary>
    internal static ValueRange Of(double[] values)
    {
        Array.Sort(values);
        return new(values[0], values[(values.Length - 1) / 2], values[^1]);
    }
}
