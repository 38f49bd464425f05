using System.Collections.Concurrent;

namespace Lanewise.Imaging;

/// <summary>What the check of an image file found.</summary>
/// <param name="Index">The index in its dataset.</param>
/// <param name="Name">Its name below the dataset's folder.</param>
/// <param name="Message">Why it cannot be decoded, with the path, or what is to be said of it.</param>
/// <param name="IsCorrupt">Whether it cannot be decoded.</param>
internal sealed record ImageFinding(int Index, string Name, string Message, bool IsCorrupt);

/// <summary>Decodes all images of a dataset once, so that a bad one is found before a long run, not in the middle of it.</summary>
internal static class ImageCheck
{
    /// <summary>Decodes the images, JPEGs at an eighth of their size, on all processors.</summary>
    /// <param name="files">The dataset.</param>
    /// <param name="done">Receives the number of images that were decoded; null for none.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>What was found, in the order of the dataset.</returns>
    public static IReadOnlyList<ImageFinding> Run(IFileDataset files, Action<int>? done, CancellationToken cancellationToken) =>
        Run(files, i => files.Read(i, new DecodeOptions(minSide: 1)).Notice, done, cancellationToken);

    /// <summary>Reads the images in a way of the caller's, on all processors.</summary>
    /// <param name="files">The dataset.</param>
    /// <param name="read">Reads an image and returns what is to be said of it; null for nothing. Called on several threads.</param>
    /// <param name="done">Receives the number of images that were read; null for none.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>What was found, in the order of the dataset.</returns>
    public static IReadOnlyList<ImageFinding> Run(
        IFileDataset files, Func<int, string?> read, Action<int>? done, CancellationToken cancellationToken)
    {
        var findings = new ConcurrentDictionary<int, ImageFinding>();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        int count = 0;
        Parallel.For(0, files.Count, parallel, i =>
        {
            try
            {
                if (read(i) is { } notice)
                {
                    findings[i] = new(i, files.NameOf(i), notice, IsCorrupt: false);
                }
            }
            catch (LanewiseException e)
            {
                findings[i] = new(i, files.NameOf(i), e.Message, IsCorrupt: true);
            }

            done?.Invoke(Interlocked.Increment(ref count));
        });
        return [.. findings.Values.OrderBy(image => image.Index)];
    }
}
