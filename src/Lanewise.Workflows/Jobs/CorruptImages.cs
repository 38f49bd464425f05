using System.Globalization;
using Lanewise.Imaging;

namespace Lanewise.Workflows;

/// <summary>
/// The rule for jobs that sum over a set of images: all files are read before the work begins, and corrupt ones either stop the job,
/// with a list, or are left out, counted and recorded.
/// </summary>
internal static class CorruptImages
{
    private const int MaxListed = 20;

    /// <summary>Reads the files of some splits.</summary>
    /// <param name="parts">The dataset.</param>
    /// <param name="splits">The names of the splits that are used.</param>
    /// <param name="policy">What happens to corrupt images.</param>
    /// <param name="progress">Receives each corrupt image, and how many images were read.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>The dataset without corrupt images, and their names.</returns>
    /// <exception cref="JobException">There are corrupt images, and they are not to be left out.</exception>
    /// <exception cref="DatasetException">A class would have no image left.</exception>
    public static (DatasetParts Parts, IReadOnlyList<string> LeftOut) Check(
        DatasetParts parts, IReadOnlyList<string> splits, CorruptImagePolicy policy, IProgress<JobEvent>? progress,
        CancellationToken cancellationToken)
    {
        var used = parts.Parts.Where(part => splits.Contains(part.Name, StringComparer.Ordinal)).ToList();
        int total = used.Sum(part => part.Images is IFileDataset ? part.Images.Count : 0), before = 0;
        var found = new Dictionary<DatasetPart, IReadOnlyList<ImageFinding>>();
        foreach (var part in used)
        {
            if (part.Images is IFileDataset files)
            {
                var reading = new ReadingProgress(progress, before, total);
                found[part] = ImageCheck.Run(files, reading.Report, cancellationToken);
                before += files.Count;
            }
        }

        foreach (var image in found.Values.SelectMany(images => images).Where(image => !image.IsCorrupt))
        {
            progress.OfImage(image.Name, image.Message);
        }

        var all = found.Values.SelectMany(images => images).Where(image => image.IsCorrupt).ToList();
        if (all.Count == 0)
        {
            return (parts, []);
        }

        Report(all, policy, progress);
        string count = string.Create(CultureInfo.InvariantCulture, $"{all.Count:N0} of {total:N0} images");
        if (policy == CorruptImagePolicy.Error)
        {
            throw new JobException(
                $"{parts.Name}: {count} cannot be read; repair or remove them, or leave them out with {{on-corrupt}} skip.");
        }

        progress.Notice($"{count} cannot be read and are left out.");
        DatasetPart[] kept = [.. parts.Parts.Select(
            part => part.Without(found.GetValueOrDefault(part, []).Where(image => image.IsCorrupt).Select(image => image.Index)))];
        return (parts with { Parts = kept }, [.. all.Select(image => image.Name)]);
    }

    private static void Report(List<ImageFinding> corrupt, CorruptImagePolicy policy, IProgress<JobEvent>? progress)
    {
        string verb = policy == CorruptImagePolicy.Error ? "corrupt" : "skipped";
        foreach (var image in corrupt.Take(MaxListed))
        {
            progress.Notice($"{verb}: {SettingText.Escape(image.Message)}");
        }

        if (corrupt.Count > MaxListed)
        {
            progress.Notice(string.Create(CultureInfo.InvariantCulture, $"{verb}: {corrupt.Count - MaxListed:N0} more"));
        }
    }
}
