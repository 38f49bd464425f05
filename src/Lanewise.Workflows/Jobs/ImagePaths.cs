using Lanewise.Imaging;

namespace Lanewise.Workflows;

/// <summary>The image files that arguments name: files as they are, and those in and below folders.</summary>
public static class ImagePaths
{
    /// <summary>Finds the image files.</summary>
    /// <param name="paths">Files and folders; a file that does not exist is named later, when it is read.</param>
    /// <param name="split">The folder within each folder, such as <c>test</c>, in any case; null for the folder itself.</param>
    /// <param name="progress">Receives a notice about files that are no images.</param>
    /// <exception cref="JobException">A folder has no image, or no such split.</exception>
    /// <exception cref="FileAccessException">A folder cannot be read.</exception>
    public static IReadOnlyList<string> Expand(
        IReadOnlyList<string> paths, string? split = null, IProgress<JobEvent>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new List<string>();
        foreach (string path in paths)
        {
            if (!Directory.Exists(path))
            {
                files.Add(path);
                continue;
            }

            var search = new ImageFileSearch();
            string folder = split is null ? path : SplitIn(path, split);
            string[] found = search.ImagesBelow(folder);
            files.AddRange(found.Length > 0 ? found : throw new JobException(
                $"{folder}: there is no image in this folder ({ImageFileKinds.Decoded}); choose another."));
            if (search.PassedOver() is { } others)
            {
                progress.Notice($"{folder}: passed over files that are no images: {others}.");
            }
        }

        return files;
    }

    private static string SplitIn(string folder, string split) =>
        ImageFileSearch.FoldersIn(folder).FirstOrDefault(path => SplitNames.AreSame(Path.GetFileName(path), split))
        ?? throw new JobException($"{{split}} {split}: {folder} has no such folder; leave out {{split}}, or name another.");
}
