using System.Security.Cryptography;

namespace Lanewise;

/// <summary>A dataset of the catalog: MNIST-like IDX files, CIFAR files, or the built-in digits.</summary>
public sealed record DatasetEntry
{
    internal DatasetEntry() { }

    /// <summary>The dataset's name.</summary>
    public required string Name { get; init; }

    /// <summary>A short description.</summary>
    public required string Title { get; init; }

    /// <summary>The class names.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>(C, H, W) of every image.</summary>
    public Shape Shape => Transform.Input;

    /// <summary>How its images are preprocessed for a network.</summary>
    public required ImageTransform Transform { get; init; }

    /// <summary>The folders below a root in which the files are searched; downloads go to the first.</summary>
    internal IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>
    /// The files. IDX: training images, training labels, test images, test labels. CIFAR: the training files, then the test file. Empty
    /// for the built-in digits.
    /// </summary>
    internal IReadOnlyList<DatasetFile> Files { get; init; } = [];

    /// <summary>The file format.</summary>
    internal DatasetFormat Format { get; init; }

    /// <summary>The same dataset in other files, which are used where these are incomplete; null for none.</summary>
    internal DatasetEntry? Other { get; init; }

    /// <summary>Whether images are stored with rows and columns exchanged, as in EMNIST.</summary>
    internal bool IsTransposed { get; init; }

    /// <summary>The label of the first class in the files.</summary>
    internal int FirstLabel { get; init; }

    /// <summary>The default augmentation of training images.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>The URLs of folders that offer the gzipped files; empty if they are only available as an archive.</summary>
    internal IReadOnlyList<Uri> Mirrors { get; init; } = [];

    /// <summary>The URL of the archive that has the files; null if they are downloaded one by one.</summary>
    internal Uri? Archive { get; init; }

    /// <summary>The md5 of the archive, in lower-case hex digits; null if it is downloaded by hand only.</summary>
    internal string? ArchiveMd5 { get; init; }

    private bool IsByHand => Archive is not null && ArchiveMd5 is null;

    /// <summary>Whether the dataset is rendered by the library, with no files.</summary>
    public bool IsBuiltIn => Files.Count == 0;

    /// <summary>
    /// Finds the first folder that holds all files, otherwise the one that holds most; null if there are none. A file may be plain or
    /// gzipped, in one of <see cref="Folders"/> below a root or in the root itself.
    /// </summary>
    internal DatasetLocation? Locate(DatasetRoots roots)
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

    /// <summary>Compares the uncompressed content of each file with its known checksum.</summary>
    internal IReadOnlyList<FileCheck> Verify(DatasetLocation location) =>
        [.. Files.Select((file, i) => VerifyFile(file, location.Paths[i]))];

    /// <summary>
    /// Loads both splits, downloading them first if they are missing and downloading is allowed. A file with the published number of
    /// images or labels must have the known checksum, if any; a smaller custom set need not.
    /// </summary>
    /// <exception cref="DatasetException">The dataset is missing, cannot be downloaded, or is damaged.</exception>
    /// <exception cref="FileAccessException">A file cannot be read.</exception>
    public async Task<DatasetSplits> LoadAsync(DatasetOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DatasetOptions();
        if (IsBuiltIn)
        {
            return new DatasetSplits(Name, BuiltInDigits.Train(), BuiltInDigits.Test(), Transform, "built-in digits");
        }
        var location = Locate(options.Roots);
        if (location is not { IsComplete: true } && Other?.Locate(options.Roots) is { IsComplete: true })
        {
            return await Other.LoadAsync(options, cancellationToken).ConfigureAwait(false);
        }

        if (location is not { IsComplete: true })
        {
            if (options.Roots.Explicit is not null || !options.AllowDownload || IsByHand)
            {
                throw NotFound(options.Roots, location);
            }
            location = await FetchAsync(options, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            return await DatasetLoader.LoadAsync(this, location, Remedy(options.Roots, location), cancellationToken).ConfigureAwait(false);
        }
        catch (DatasetException e) when (e.Dataset is null)
        {
            throw new DatasetException(e.Message, e.Error, Name, e)
            {
                Folder = location.Folder,
                Root = DownloadRoot(options.Roots, location),
            };
        }
    }

    /// <summary>
    /// Downloads missing and damaged files to <see cref="DatasetRoots.Explicit"/>, or else the cache. An interrupted download is
    /// continued; a file gets its final name once its checksum or, if none is known (kmnist), its format is verified.
    /// </summary>
    /// <exception cref="DatasetException">
    /// No mirror has the right file, the folder cannot be written, or a damaged copy would be found before the download.
    /// </exception>
    internal async Task<DatasetLocation> FetchAsync(DatasetOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DatasetOptions();
        if (IsBuiltIn)
        {
            throw new DatasetException($"{Name}: these images are built in; there is nothing to "
                + $"download.", DatasetError.NotDownloadable, Name);
        }
        string folder = Path.Combine(options.Roots.Explicit ?? options.Roots.Cache, Folders[0]);
        if (IsByHand)
        {
            throw new DatasetException($"{Name}: it cannot be downloaded automatically; "
                + $"{ByHand(options.Roots)}.", DatasetError.NotDownloadable, Name);
        }
        RefuseShadow(options.Roots, folder);
        if (Archive is not null)
        {
            using var archive = new DatasetArchive(this, options);
            return await archive.FetchAsync(cancellationToken).ConfigureAwait(false);
        }

        using var download = new DatasetDownload(this, options);
        string?[] paths = new string?[Files.Count];
        for (int i = 0; i < paths.Length; i++)
        {
            string? present = FindFile(folder, Files[i].Name);
            paths[i] = VerifyFile(Files[i], present).IsGood
                ? present
                : await download.FetchAsync(Files[i], folder, cancellationToken).ConfigureAwait(false);
        }
        return new DatasetLocation(folder, paths);
    }

    /// <summary>
    /// Returns the root folder to download to (as <see cref="DatasetRoots.Explicit"/>) so that the download is found before the files
    /// at <paramref name="location"/>; null if the default, the cache, will do.
    /// </summary>
    /// <param name="roots">The folders that were searched.</param>
    /// <param name="location">The location of damaged files; null if there are none.</param>
    internal string? DownloadRoot(DatasetRoots roots, DatasetLocation? location)
    {
        if (roots.Explicit is not null || location is null)
        {
            return roots.Explicit;
        }

        // A download to the cache helps only if the cache is searched first; otherwise it has to go to the same root.
        return roots.Folders.TakeWhile(folder => folder != roots.Cache)
            .FirstOrDefault(folder => CandidatesUnder(folder).Contains(location.Folder, StringComparer.Ordinal));
    }

    /// <summary>Returns what to do about damaged files, as a clause for messages.</summary>
    /// <param name="roots">The folders that were searched.</param>
    /// <param name="location">The location of the files.</param>
    internal string Remedy(DatasetRoots roots, DatasetLocation location) =>
        Archive is null ? $"download it again, or move {location.Folder} away" : ByHand(roots);

    /// <summary>Compares the content at <paramref name="path"/> with the expected <paramref name="file"/>.</summary>
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
            bool matches = string.Equals(file.Md5, actual, StringComparison.Ordinal);
            return new FileCheck(file.Name, path, matches ? FileStatus.Ok : FileStatus.WrongChecksum, file.Md5, actual);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or LanewiseException)
        {
            string error = e is LanewiseException ? e.Message : $"{path}: cannot be read ({e.Message})";
            return new FileCheck(file.Name, path, FileStatus.Unreadable, file.Md5, null, error);
        }
    }

    private IEnumerable<string> Candidates(DatasetRoots roots) =>
        roots.Folders.SelectMany(CandidatesUnder);

    // The first is the download folder, so that downloads are found before damaged files in another layout.
    private IEnumerable<string> CandidatesUnder(string root) => Folders.Select(folder => Path.Combine(root, folder)).Append(root);

    /// <summary>Throws if files with a wrong checksum would be found before the download.</summary>
    private void RefuseShadow(DatasetRoots roots, string target)
    {
        if (Locate(roots) is { IsComplete: true } found
            && Candidates(roots).TakeWhile(folder => folder != target).Contains(found.Folder, StringComparer.Ordinal)
            && Verify(found).FirstOrDefault(check => !check.IsGood) is { } bad)
        {
            throw new DatasetException(
                $"{bad}; it would be found before a download to {target}; {Remedy(roots, found)}.", DatasetError.Damaged, Name)
            {
                Folder = found.Folder,
                Root = DownloadRoot(roots, found),
            };
        }
    }

    /// <summary>
    /// Finds a file, plain or gzipped. Some archives name MNIST's files with a dot, and some programs unpack each to a folder of its name.
    /// </summary>
    private static string? FindFile(string folder, string name)
    {
        string dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        string[] names = [name, dotted, Path.Combine(name, name), Path.Combine(dotted, dotted), Path.Combine(dotted, name)];
        return names.SelectMany(file => (string[])[file, file + ".gz"])
            .Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    private DatasetException NotFound(DatasetRoots roots, DatasetLocation? partial)
    {
        if (roots.Explicit is { } root && !Directory.Exists(root))
        {
            string message = $"{root}: there is no such data folder; choose the folder that holds {Folders[0]}.";
            return new DatasetException(message, DatasetError.RootNotFound, Name) { Root = root };
        }

        string where = partial is null
            ? $"its files are in none of {string.Join(", ", Candidates(roots))}"
            : $"{partial.Folder} lacks {string.Join(", ", Files.Where((_, i) => partial.Paths[i] is null).Select(file => file.Name))}";
        return new DatasetException(
            $"{Name}: {where}; {(Archive is null ? "download them, or choose another data folder" : ByHand(roots))}.",
            Archive is null ? DatasetError.NotFound : DatasetError.NotDownloadable,
            Name)
        {
            Folder = partial?.Folder,
            Root = roots.Explicit,
        };
    }

    /// <summary>Returns how to install a dataset that is only available as an archive.</summary>
    private string ByHand(DatasetRoots roots)
    {
        string root = roots.Explicit ?? roots.Cache;
        return $"get {Archive} and unpack it in {root}, so that {Path.Combine(root, Folders[0], Files[0].Name)} is there";
    }
}
