namespace Lanewise;

/// <summary>Removes what <see cref="DatasetDownload"/> wrote to the cache.</summary>
internal static class DatasetRemoval
{
    /// <summary>Removes the downloaded files of a dataset, unfinished ones too, from the cache.</summary>
    /// <returns>The removed files and the sum of their lengths.</returns>
    /// <exception cref="DatasetException">There is none.</exception>
    /// <exception cref="FileAccessException">A file cannot be removed.</exception>
    public static (IReadOnlyList<string> Paths, long Bytes) Remove(DatasetEntry entry, DatasetRoots roots)
    {
        if (entry.IsBuiltIn)
        {
            throw new DatasetException(
                $"{entry.Name}: these images are built in; there is nothing to remove.", DatasetError.NotDownloadable, entry.Name);
        }

        string folder = Path.Combine(roots.Cache, entry.Folders[0]);
        var removed = new List<string>();
        long bytes = 0;
        try
        {
            // Single downloads are gzipped: a plain file was put there by hand. The files of an archive are plain.
            string[] files = entry.Archive is null ? [.. entry.Files.Select(file => Path.Combine(folder, file.Name + ".gz"))]
                : entry.ArchiveMd5 is null ? []
                : [.. entry.Files.Select(file => Path.Combine(folder, file.Name)), ArchivePath(entry, roots)];
            foreach (string path in files.SelectMany(path => (string[])[path, path + ".part"]))
            {
                if (new FileInfo(path) is { Exists: true, Length: var length })
                {
                    File.Delete(path);
                    removed.Add(path);
                    bytes += length;
                }
            }

            string empty = folder;
            while (removed.Count > 0 && empty != roots.Cache && Directory.Exists(empty)
                && !Directory.EnumerateFileSystemEntries(empty).Any())
            {
                Directory.Delete(empty);
                empty = Path.GetDirectoryName(empty)!;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new FileAccessException($"{folder}: cannot be removed ({why}); change its permissions.", folder, FileAccess.Write, e);
        }

        static string ArchivePath(DatasetEntry entry, DatasetRoots roots) =>
            Path.Combine(roots.Cache, Path.GetFileName(entry.Archive!.AbsolutePath));

        string other = entry.Locate(roots) is { } left ? $", and {left.Folder} is left alone" : "";
        return removed.Count > 0 ? (removed, bytes) : throw new DatasetException(
            $"{entry.Name}: nothing in the cache {roots.Cache} was downloaded{other}.", DatasetError.NotDownloadable, entry.Name);
    }
}
