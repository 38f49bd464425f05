using System.Security.Cryptography;
using Lanewise.Data.Transforms;
using Lanewise.Graphs;

namespace Lanewise.Data;

/// <summary>The format of a dataset's files.</summary>
public enum DatasetFormat
{
    /// <summary>IDX, images and labels in files of their own.</summary>
    Idx,

    /// <summary>CIFAR's records of one label byte and an image.</summary>
    Cifar10,

    /// <summary>CIFAR's records of two label bytes, coarse and fine, and an image.</summary>
    Cifar100,
}

/// <summary>A file of a dataset.</summary>
/// <param name="Name">Its name without <c>.gz</c>.</param>
/// <param name="Md5">The md5 of its uncompressed content in lower-case hex digits, or null if unknown.</param>
/// <param name="Count">The images or labels in it, as published.</param>
public sealed record DatasetFile(string Name, string? Md5, int Count);

/// <summary>A dataset that the catalogue knows: MNIST-like IDX files, CIFAR's files, or the digits that the program draws.</summary>
public sealed record DatasetEntry
{
    /// <summary>The name by which it is asked for.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The classes' names.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>C×H×W of every image.</summary>
    public Shape Shape => Preprocessing.Input;

    /// <summary>How its images become input.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>How an image that is not of the dataset is fitted into the input.</summary>
    public ImageFraming Framing { get; init; } = ImageFraming.Ink;

    /// <summary>The folders under a root that may hold it; the first is where downloads go.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>
    /// IDX: train images, train labels, test images, test labels. CIFAR: the training files, then the test file. None if the
    /// program draws them.
    /// </summary>
    public IReadOnlyList<DatasetFile> Files { get; init; } = [];

    /// <summary>The files' format.</summary>
    public DatasetFormat Format { get; init; }

    /// <summary>How training images are varied unless the user says otherwise.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>Addresses of folders that offer the files gzipped; none if they come as an archive only.</summary>
    public IReadOnlyList<Uri> Mirrors { get; init; } = [];

    /// <summary>Where a person gets an archive of the files that are not offered singly.</summary>
    public Uri? Archive { get; init; }

    /// <summary>Whether the program draws it, so that nothing needs to be on disk.</summary>
    public bool IsBuiltIn => Files.Count == 0;

    /// <summary>
    /// The first folder that holds all files, otherwise the one that holds most; null if no file is anywhere.
    /// A file counts plain or gzipped, in one of <see cref="Folders"/> under a root or in the root itself.
    /// </summary>
    public DatasetLocation? Locate(DatasetRoots roots)
    {
        DatasetLocation? best = null;
        foreach (string folder in Candidates(roots))
        {
            var paths = Files.Select(file => FindFile(folder, file.Name)).ToArray();
            int found = paths.Count(path => path is not null);
            if (found > 0 && found > (best?.Paths.Count(path => path is not null) ?? 0))
            {
                best = new DatasetLocation(folder, paths);
            }
        }
        return best;
    }

    /// <summary>Compares each file's uncompressed content with its known checksum.</summary>
    public IReadOnlyList<FileCheck> Verify(DatasetLocation location) =>
        [.. Files.Select((file, i) => VerifyFile(file, location.Paths[i]))];

    /// <summary>
    /// Loads both splits, downloading them first if they are not on disk and that is allowed. A file that holds as many
    /// images or labels as the published one must have its checksum, if that is known; a smaller set of one's own need not.
    /// </summary>
    /// <exception cref="LanewiseException">The dataset is not there, cannot be downloaded, or is damaged.</exception>
    public async Task<DatasetSplits> LoadAsync(DatasetOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new DatasetOptions();
        if (IsBuiltIn)
        {
            return new DatasetSplits(Name, BuiltInDigits.Train(), BuiltInDigits.Test(), Preprocessing, "drawn by the program");
        }
        var location = Locate(options.Roots);
        if (location is not { IsComplete: true })
        {
            if (options.Roots.Explicit is not null || !options.AllowDownload || Archive is not null)
            {
                throw NotFound(options.Roots, location);
            }
            location = await FetchAsync(options, cancellation).ConfigureAwait(false);
        }
        return await DatasetLoader.LoadAsync(this, location, Remedy(options.Roots, location), cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Downloads the files that are missing or damaged into the folder the user named, or the cache. A download cut
    /// short is taken up where it stopped; a file gets its name only when its checksum is right or, if none is known
    /// (kmnist), when it is a well-formed IDX file.
    /// </summary>
    /// <exception cref="LanewiseException">
    /// No mirror gave the right file, the folder cannot be written, or a damaged copy would be found before the cache's.
    /// </exception>
    public async Task<DatasetLocation> FetchAsync(DatasetOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new DatasetOptions();
        if (IsBuiltIn)
        {
            throw new LanewiseException($"{Name}: the program draws these images itself; there is nothing to download.");
        }
        string folder = Path.Combine(options.Roots.Explicit ?? options.Roots.Cache, Folders[0]);
        if (Archive is not null)
        {
            throw new LanewiseException($"{Name}: it is not downloaded by the program; {ByHand(options.Roots)}.");
        }
        RefuseShadow(options.Roots, folder);
        using var download = new DatasetDownload(this, options);
        string?[] paths = new string?[Files.Count];
        for (int i = 0; i < paths.Length; i++)
        {
            string? present = FindFile(folder, Files[i].Name);
            paths[i] = VerifyFile(Files[i], present).IsGood
                ? present
                : await download.FetchAsync(Files[i], folder, cancellation).ConfigureAwait(false);
        }
        return new DatasetLocation(folder, paths);
    }

    /// <summary>What a person should do about files at <paramref name="location"/> that are not as they should be.</summary>
    /// <param name="roots">The folders in which they were found.</param>
    /// <param name="location">Where they are.</param>
    public string Remedy(DatasetRoots roots, DatasetLocation location) =>
        Archive is null ? $"replace it with '{FetchCommand(roots, location)}', or move {location.Folder} away" : ByHand(roots);

    /// <summary>The command after which <paramref name="roots"/> lead to whole files, whatever is at <paramref name="location"/>.</summary>
    internal string FetchCommand(DatasetRoots roots, DatasetLocation? location)
    {
        string? root = roots.Explicit;
        if (root is null && location is not null)
        {
            // A download into the cache heals only what the cache comes before; elsewhere it has to go to the same root.
            string[] first = [.. roots.Folders.TakeWhile(folder => folder != roots.Cache)];
            root = first.FirstOrDefault(folder => CandidatesUnder(folder).Contains(location.Folder, StringComparer.Ordinal));
        }
        string target = root is null ? "" : root.Contains(' ') ? $" --data-dir \"{root}\"" : $" --data-dir {root}";
        return $"lanewise data fetch {Name}{target}";
    }

    /// <summary>Compares the content at <paramref name="path"/> with what <paramref name="file"/> should be.</summary>
    internal FileCheck VerifyFile(DatasetFile file, string? path)
    {
        if (path is null)
        {
            return new FileCheck(file.Name, null, FileStatus.Missing, file.Md5);
        }
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            using (var content = IdxFile.OpenContent(path))
            {
                byte[] buffer = new byte[1 << 16];
                for (int got; (got = content.Read(buffer)) > 0;)
                {
                    hash.AppendData(buffer, 0, got);
                }
            }
            string actual = Convert.ToHexStringLower(hash.GetCurrentHash());
            if (file.Md5 is null)
            {
                DatasetLoader.CheckForm(this, file, path);
                return new FileCheck(file.Name, path, FileStatus.NoChecksumKnown, null, actual);
            }
            return new FileCheck(file.Name, path, string.Equals(file.Md5, actual, StringComparison.Ordinal) ? FileStatus.Ok : FileStatus.WrongChecksum, file.Md5, actual);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or LanewiseException)
        {
            string error = e is LanewiseException ? e.Message : $"{path}: cannot be read ({e.Message})";
            return new FileCheck(file.Name, path, FileStatus.Unreadable, file.Md5, null, error);
        }
    }

    private IEnumerable<string> Candidates(DatasetRoots roots) =>
        roots.Folders.SelectMany(CandidatesUnder);

    // The first is where downloads go, so that they are found before damaged files in another layout.
    private IEnumerable<string> CandidatesUnder(string root) => Folders.Select(folder => Path.Combine(root, folder)).Append(root);

    /// <summary>Refuses a download that would help nobody, because files that are not the right ones would be found first.</summary>
    private void RefuseShadow(DatasetRoots roots, string target)
    {
        if (Locate(roots) is { IsComplete: true } found
            && Candidates(roots).TakeWhile(folder => folder != target).Contains(found.Folder, StringComparer.Ordinal)
            && Verify(found).FirstOrDefault(check => !check.IsGood) is { } bad)
        {
            throw new LanewiseException($"{bad}; it would be found before a download to {target}; {Remedy(roots, found)}.");
        }
    }

    private static string? FindFile(string folder, string name)
    {
        string plain = Path.Combine(folder, name);
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    private LanewiseException NotFound(DatasetRoots roots, DatasetLocation? partial)
    {
        if (roots.Explicit is { } root && !Directory.Exists(root))
        {
            return new LanewiseException($"{root}: there is no such data folder; name the folder that holds {Folders[0]}, or omit --data-dir.");
        }
        string where = partial is null
            ? $"its files are in none of {string.Join(", ", Candidates(roots))}"
            : $"{partial.Folder} lacks {string.Join(", ", Files.Where((_, i) => partial.Paths[i] is null).Select(file => file.Name))}";
        return new LanewiseException($"{Name}: {where}; {(Archive is null ? $"get them with '{FetchCommand(roots, null)}'" : ByHand(roots))}.");
    }

    /// <summary>How a person gets files that come as an archive only.</summary>
    private string ByHand(DatasetRoots roots) =>
        $"get {Archive} and unpack it in {roots.Explicit ?? roots.Cache}, so that {Path.Combine(roots.Explicit ?? roots.Cache, Folders[0], Files[0].Name)} is there";
}
