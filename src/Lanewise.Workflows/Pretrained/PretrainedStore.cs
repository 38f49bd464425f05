using System.Globalization;
using System.Security.Cryptography;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>Pretrained weights on disk.</summary>
/// <param name="Entry">The weights.</param>
/// <param name="Path">The file.</param>
public sealed record StoredWeights(PretrainedEntry Entry, string Path)
{
    /// <summary>Gets what was recorded when they were fetched; null if the file was put there by hand.</summary>
    internal PretrainedRecord? Record { get; init; }

    /// <summary>Gets the folder.</summary>
    internal string Folder => System.IO.Path.GetDirectoryName(Path)!;
}

/// <summary>The result of verifying pretrained weights.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hex digits.</param>
/// <param name="IsGood">Whether the file is the published one.</param>
public sealed record PretrainedCheck(StoredWeights Weights, string Sha256, bool IsGood);

/// <summary>Files that were removed.</summary>
/// <param name="Paths">The files.</param>
/// <param name="Bytes">The sum of their lengths.</param>
public sealed record RemovedFiles(IReadOnlyList<string> Paths, long Bytes);

/// <summary>
/// The folders of pretrained weights: <c>weights/NAME</c> below the data folders. They are fetched to the cache and found in all.
/// </summary>
/// <param name="dataDirectory">The only data folder; null for the default ones.</param>
/// <param name="environment">Reads an environment variable; null for those of the process.</param>
public sealed class PretrainedStore(string? dataDirectory = null, Func<string, string?>? environment = null)
{
    private const string FolderName = "weights";

    // Of a hash, enough to tell versions apart.
    private const int HashDigits = 8;

    private readonly DatasetRoots _roots = DatasetRoots.From(dataDirectory, environment);

    /// <summary>Gets the folder to which weights are fetched; it need not exist.</summary>
    public string Folder => Path.Combine(_roots.Explicit ?? _roots.Cache, FolderName);

    /// <summary>Gets the data folder that was chosen; null for the default ones.</summary>
    internal string? Root => _roots.Explicit;

    /// <summary>Gets the file to which weights are fetched.</summary>
    /// <param name="entry">The weights.</param>
    public string PathOf(PretrainedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Path.Combine(Folder, entry.Name, entry.FileName);
    }

    /// <summary>Finds weights in the folders; null if they are in none.</summary>
    /// <param name="entry">The weights.</param>
    public StoredWeights? Locate(PretrainedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        // Those that were fetched come first, so that a fetch replaces a damaged copy elsewhere.
        return _roots.Folders.Select(root => Path.Combine(root, FolderName)).Prepend(Folder)
            .Select(folder => Path.Combine(folder, entry.Name))
            .Where(folder => File.Exists(Path.Combine(folder, entry.FileName)))
            .Select(folder => new StoredWeights(entry, Path.Combine(folder, entry.FileName)) { Record = PretrainedRecord.Load(folder) })
            .FirstOrDefault();
    }

    /// <summary>Returns the file of weights for reading.</summary>
    /// <param name="entry">The weights.</param>
    /// <exception cref="PretrainedException">They were not fetched, or the file is another one.</exception>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public StoredWeights Open(PretrainedEntry entry)
    {
        if (entry.IsBuiltIn)
        {
            return Extract(entry);
        }

        var found = Locate(entry) ?? throw NotFetched(entry);
        // Fetching has verified the content; a file without a record was put there by hand.
        bool isGood = found.Record is { } record ? new FileInfo(found.Path).Length == record.Bytes : Check(found).IsGood;
        return isGood ? found : throw Damaged(found);
    }

    /// <summary>Compares the file of weights with its checksum.</summary>
    /// <param name="entry">The weights.</param>
    /// <exception cref="PretrainedException">They were not fetched.</exception>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public PretrainedCheck Verify(PretrainedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Check(entry.IsBuiltIn ? Extract(entry) : Locate(entry) ?? throw NotFetched(entry));
    }

    /// <summary>Fetches weights unless they are there already, and verifies them.</summary>
    /// <param name="entry">The weights.</param>
    /// <param name="options">How they are fetched; null for the defaults.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <returns>The file.</returns>
    /// <exception cref="PretrainedException">The licence is not accepted, the source cannot be reached, or it has another file.</exception>
    /// <exception cref="FileAccessException">A file cannot be read.</exception>
    public Task<StoredWeights> FetchAsync(
        PretrainedEntry entry, PretrainedFetchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.IsBuiltIn
            ? Task.FromResult(Extract(entry))
            : new PretrainedFetch(this, entry, options ?? new()).RunAsync(cancellationToken);
    }

    /// <summary>Removes fetched weights from the folder to which they are fetched; a file that was put there by hand is kept.</summary>
    /// <param name="entry">The weights.</param>
    /// <exception cref="PretrainedException">There are none that were fetched.</exception>
    /// <exception cref="FileAccessException">A file cannot be removed.</exception>
    public RemovedFiles Remove(PretrainedEntry entry)
    {
        string file = PathOf(entry), folder = Path.GetDirectoryName(file)!;
        var paths = new List<string>();
        long bytes = 0;
        try
        {
            bool isFetched = PretrainedRecord.Load(folder) is not null;
            string[] own = isFetched ? [file, Path.Combine(folder, PretrainedRecord.FileName)] : [];
            foreach (string path in (string[])[.. own, file + PretrainedFetch.PartialSuffix])
            {
                if (new FileInfo(path) is { Exists: true, Length: var length })
                {
                    File.Delete(path);
                    paths.Add(path);
                    bytes += length;
                }
            }

            if (paths.Count > 0 && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new FileAccessException($"{folder}: cannot be removed ({why}); change its permissions.", folder, FileAccess.Write, e);
        }

        return paths.Count > 0 ? new(paths, bytes) : throw new PretrainedException(
            $"{entry.Name}: nothing in {Folder} was fetched{(Locate(entry) is { } other ? $", and {other.Path} is left alone" : "")}.",
            PretrainedError.NothingToRemove,
            entry);
    }

    /// <summary>Computes the SHA-256 of a file, in lower-case hex digits.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    internal static string Hash(string path) => InputFile.Read(path, (stream, _) => Convert.ToHexStringLower(SHA256.HashData(stream)));

    /// <summary>
    /// Writes built-in weights to a file, in the store or, where that cannot be written, in the folder for temporary files.
    /// </summary>
    /// <exception cref="FileAccessException">Neither can be written.</exception>
    private StoredWeights Extract(PretrainedEntry entry)
    {
        using var resource = typeof(PretrainedStore).Assembly.GetManifestResourceStream(entry.FileName)
            ?? throw new InvalidOperationException($"the assembly has no {entry.FileName}.");
        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        // The folder for temporary files is everybody's: another user may own a folder in it, and another version has other weights.
        string temporary = Path.Combine(
            Path.GetTempPath(), $"lanewise-{Environment.UserName}", entry.Sha256[..HashDigits], entry.FileName);
        foreach (string path in (string[])[PathOf(entry), temporary])
        {
            try
            {
                if (!File.Exists(path) || !entry.Matches(Hash(path)))
                {
                    System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    AtomicFile.Write(path, stream => stream.Write(content));
                }

                return new(entry, path);
            }
            catch (Exception e) when (e is FileAccessException or IOException or UnauthorizedAccessException)
            {
                // The next folder.
            }
        }

        throw new FileAccessException(
            $"{PathOf(entry)}: the built-in weights cannot be written there, nor to the folder for temporary files; make one writable.",
            PathOf(entry),
            FileAccess.Write);
    }

    private PretrainedException NotFetched(PretrainedEntry entry) => new(
        $"{entry.Name}: these pretrained weights are not in {Folder} yet.", PretrainedError.NotFetched, entry)
    {
        Root = Root,
    };

    private PretrainedException Damaged(StoredWeights found) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{found.Path}: it is not the published file of {found.Entry.Bytes:N0} bytes with the SHA-256 {found.Entry.Sha256}."),
        PretrainedError.Damaged,
        found.Entry)
    {
        Root = Root,
    };

    private static PretrainedCheck Check(StoredWeights weights)
    {
        string sha256 = Hash(weights.Path);
        return new(weights, sha256, weights.Entry.Matches(sha256) && (weights.Record is null || weights.Record.Sha256 == sha256));
    }
}
