namespace Lanewise;

/// <summary>Where a dataset is searched and how it may be downloaded.</summary>
public sealed record DatasetOptions
{
    /// <summary>The folders to search and to download to. Default: <see cref="DatasetRoots.From"/>.</summary>
    public DatasetRoots Roots { get; init; } = DatasetRoots.From();

    /// <summary>Whether to download a missing dataset; never if <see cref="DatasetRoots.Explicit"/> is set. Default: true.</summary>
    public bool AllowDownload { get; init; } = true;

    /// <summary>Receives the progress of downloads.</summary>
    public IProgress<FetchProgress>? Progress { get; init; }

    /// <summary>The URLs of folders to download from, tried in order; null for the dataset's own mirrors.</summary>
    public IReadOnlyList<Uri>? Mirrors { get; init; }

    /// <summary>The timeout for a mirror's response. Default: 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The progress of a download.</summary>
/// <param name="File">The file name.</param>
/// <param name="Mirror">The host it is downloaded from.</param>
/// <param name="Received">The number of bytes received so far.</param>
/// <param name="Total">The size of the file in bytes, if known.</param>
public sealed record FetchProgress(string File, string Mirror, long Received, long? Total);

/// <summary>The splits of a loaded dataset.</summary>
/// <param name="Name">The dataset's name in the catalog, or <c>folder:</c> and a path.</param>
/// <param name="Train">The training set.</param>
/// <param name="Test">The test set.</param>
/// <param name="Transform">The dataset's transform; null if its images have no common shape, so that the model's is used.</param>
/// <param name="Source">A description of where it was loaded from.</param>
/// <param name="Notice">Which dataset was used and why, if none was named.</param>
public sealed record DatasetSplits(
    string Name, IImageDataset Train, IImageDataset Test, ImageTransform? Transform, string Source, string? Notice = null);

/// <summary>The location of a dataset's files, possibly incomplete.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Paths">The path of each file, or null for a missing one.</param>
internal sealed record DatasetLocation(string Folder, IReadOnlyList<string?> Paths)
{
    /// <summary>Whether no file is missing.</summary>
    public bool IsComplete => Paths.All(path => path is not null);
}

/// <summary>The status of a verified file.</summary>
internal enum FileStatus
{
    /// <summary>The checksum matches.</summary>
    Ok,

    /// <summary>The file is missing.</summary>
    Missing,

    /// <summary>The checksum differs.</summary>
    WrongChecksum,

    /// <summary>The file cannot be read or is damaged.</summary>
    Unreadable,

    /// <summary>The file is well-formed, but its checksum is unknown.</summary>
    NoChecksumKnown,
}

/// <summary>The result of verifying one file of a dataset.</summary>
/// <param name="Name">The file name without <c>.gz</c>.</param>
/// <param name="Path">The path, or null if it is missing.</param>
/// <param name="Status">The status.</param>
/// <param name="Expected">The expected md5 of the uncompressed content.</param>
/// <param name="Actual">The actual md5.</param>
/// <param name="Error">Why it could not be read, or null.</param>
internal sealed record FileCheck(
    string Name, string? Path, FileStatus Status, string? Expected = null, string? Actual = null, string? Error = null)
{
    /// <summary>Whether the file is usable.</summary>
    public bool IsGood => Status is FileStatus.Ok or FileStatus.NoChecksumKnown;

    /// <summary>Describes the result in one line.</summary>
    public override string ToString() => Status switch
    {
        FileStatus.Ok => $"{Name}: ok (md5 {Actual})",
        FileStatus.Missing => $"{Name}: missing",
        FileStatus.WrongChecksum => $"{Path}: the content's md5 is {Actual}, not {Expected}; the file is damaged or another one",
        FileStatus.Unreadable => Error ?? $"{Path}: cannot be read",
        _ => $"{Name}: well-formed (md5 {Actual}; no checksum is known to compare)",
    };
}
