using System.Globalization;
using Lanewise.Imaging;

namespace Lanewise.Workflows;

/// <summary>A split with what a check reads of each image.</summary>
/// <param name="Name">The name of the split.</param>
/// <param name="Images">The images.</param>
internal sealed record CheckedSplit(string Name, IImageDataset Images)
{
    /// <summary>Gets the fingerprint of each image; null if it cannot be read.</summary>
    public ImageFingerprint?[] Fingerprints { get; } = new ImageFingerprint?[Images.Count];

    /// <summary>Gets why images cannot be read.</summary>
    public IReadOnlyList<ImageFinding> Unreadable { get; private set; } = [];

    /// <summary>Gets the indices of the images that can be read.</summary>
    public int[] Readable => [.. Enumerable.Range(0, Images.Count).Where(i => Fingerprints[i] is not null)];

    /// <summary>Describes an image.</summary>
    public CheckedImage Describe(int index) => new(
        Name,
        Images is IFileDataset files ? files.NameOf(index) : string.Create(CultureInfo.InvariantCulture, $"image {index}"),
        Images.Classes[Images.Label(index)]);

    /// <summary>Reads the images once, on all processors.</summary>
    public void Read(ReadingProgress reading, CancellationToken cancellationToken)
    {
        if (Images is IFileDataset files)
        {
            var found = ImageCheck.Run(
                files,
                i =>
                {
                    Fingerprints[i] = ImageFingerprint.Of(files.PathOf(i), out string? notice);
                    return notice;
                },
                reading.Report,
                cancellationToken);
            Unreadable = [.. found.Where(image => image.IsCorrupt)];
            return;
        }

        int count = 0;
        ParallelItems.Run(
            Images.Count,
            Environment.ProcessorCount,
            i =>
            {
                Fingerprints[i] = ImageFingerprint.Of(Images.Read(i));
                reading.Report(Interlocked.Increment(ref count));
            },
            cancellationToken);
    }

    /// <summary>
    /// Divides a dataset as a training would: into its own splits, or, where a share is held out, into what is trained on and what is not.
    /// </summary>
    /// <param name="parts">The dataset.</param>
    /// <param name="wanted">How a training divides it.</param>
    /// <param name="division">What share is held out, as a sentence; null if the data is divided.</param>
    public static CheckedSplit[] Of(DatasetParts parts, ValidationSplit wanted, out string? division)
    {
        division = null;
        if (wanted.Fraction is null && (parts.FindValidation() is not null || parts.Find(SplitNames.Train) is null && !IsWhole(parts)))
        {
            return AsTheyAre(parts);
        }

        try
        {
            var (splits, used) = parts.Divide(wanted);
            division = used.Fraction is not { } share ? null : string.Create(
                CultureInfo.InvariantCulture,
                $"a training holds out {share:P0} of the images of each class, by its seed; here those of seed {used.Seed}.");
            var others = parts.Parts.Where(part => part != parts.GetTraining());
            return
            [
                new(SplitNames.Train, splits.Train),
                new(SplitNames.ForValidation[0], splits.Test),
                .. others.Select(part => new CheckedSplit(part.Name, part.Images)),
            ];
        }
        catch (DatasetException)
        {
            // A class has too few images to be divided; the check says so.
            return AsTheyAre(parts);
        }
    }

    /// <summary>
    /// Divides a dataset again without the images that cannot be read, as a training does that leaves them out: which images a share holds
    /// out depends on all of them.
    /// </summary>
    /// <param name="parts">The dataset.</param>
    /// <param name="wanted">How a training divides it.</param>
    /// <param name="read">The splits of <see cref="Of"/>, read.</param>
    /// <returns>The splits with what was read; those given where nothing changes, or a class has no image that can be read.</returns>
    public static CheckedSplit[] WithoutUnreadable(DatasetParts parts, ValidationSplit wanted, CheckedSplit[] read)
    {
        var fingerprints = new Dictionary<string, ImageFingerprint?>(StringComparer.Ordinal);
        foreach (var split in read)
        {
            for (int i = 0; split.Images is IFileDataset files && i < files.Count; i++)
            {
                fingerprints[files.NameOf(i)] = split.Fingerprints[i];
            }
        }

        if (fingerprints.Values.All(fingerprint => fingerprint is not null))
        {
            return read;
        }

        CheckedSplit[] splits;
        try
        {
            DatasetPart[] kept = [.. parts.Parts.Select(part => part.Images is not IFileDataset files ? part
                : part.Without(Enumerable.Range(0, files.Count).Where(i => fingerprints[files.NameOf(i)] is null)))];
            splits = Of(parts with { Parts = kept }, wanted, out _);
        }
        catch (DatasetException)
        {
            // No training takes the data as it is.
            return read;
        }

        foreach (var split in splits)
        {
            for (int i = 0; split.Images is IFileDataset files && i < files.Count; i++)
            {
                split.Fingerprints[i] = fingerprints[files.NameOf(i)];
            }
        }

        return splits;
    }

    // The images to train on come first.
    private static CheckedSplit[] AsTheyAre(DatasetParts parts) =>
        [.. parts.Parts.OrderByDescending(part => SplitNames.IsTrain(part.Name)).Select(part => new CheckedSplit(part.Name, part.Images))];

    private static bool IsWhole(DatasetParts parts) => parts.Parts is [{ Name: SplitNames.Whole }];
}
