namespace Lanewise.Data;

/// <summary>Where a dataset is looked for and how it may be downloaded.</summary>
public sealed record DatasetOptions
{
    /// <summary>The folders to search, and the one that downloads go to.</summary>
    public DatasetRoots Roots { get; init; } = DatasetRoots.From();

    /// <summary>Whether a dataset that is not on disk may be downloaded; never when <see cref="DatasetRoots.Explicit"/> is set.</summary>
    public bool AllowDownload { get; init; } = true;

    /// <summary>Is told how a download goes.</summary>
    public IProgress<FetchProgress>? Progress { get; init; }

    /// <summary>Addresses of folders to download from, in turn, instead of the dataset's own mirrors.</summary>
    public IReadOnlyList<Uri>? Mirrors { get; init; }

    /// <summary>How long a mirror may take to answer.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads the images of image folders, which cannot be opened without it.</summary>
    public IImageDecoder? Decoder { get; init; }

    /// <summary>What to do about images of an image folder that cannot be decoded.</summary>
    public CorruptImagePolicy OnCorrupt { get; init; }

    /// <summary>Is told of each image that is left out.</summary>
    public IProgress<string>? Skipped { get; init; }
}

/// <summary>How a download goes.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Mirror">The host that it comes from.</param>
/// <param name="Received">The bytes on disk so far.</param>
/// <param name="Total">The bytes of the whole file, if the mirror says.</param>
public sealed record FetchProgress(string File, string Mirror, long Received, long? Total);

/// <summary>A dataset ready for training.</summary>
/// <param name="Name">The dataset's name in the catalogue, or <see cref="ImageFolder.Prefix"/> and a path.</param>
/// <param name="Train">The training images.</param>
/// <param name="Test">The test images.</param>
/// <param name="Preprocessing">How its images become input of their own shape; null when they have none, and the model's suits.</param>
/// <param name="Source">Where it came from, for a person to read.</param>
/// <param name="Notice">Which dataset was taken and why, when the user named none.</param>
public sealed record DatasetSplits(
    string Name, IImageDataset Train, IImageDataset Test, Preprocessing? Preprocessing, string Source, string? Notice = null);

/// <summary>A folder that holds a dataset, or a part of it.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Paths">The path of each of the dataset's files, or null for one that is missing.</param>
public sealed record DatasetLocation(string Folder, IReadOnlyList<string?> Paths)
{
    /// <summary>Whether every file is there.</summary>
    public bool IsComplete => Paths.All(path => path is not null);
}

/// <summary>What became of checking one file.</summary>
public enum FileStatus
{
    /// <summary>The content is what it should be.</summary>
    Ok,

    /// <summary>The file is not there.</summary>
    Missing,

    /// <summary>The content is another one.</summary>
    WrongChecksum,

    /// <summary>The file cannot be read, or is damaged.</summary>
    Unreadable,

    /// <summary>The file is a well-formed one, but nobody has noted its checksum.</summary>
    NoChecksumKnown,
}

/// <summary>The result of checking one file of a dataset.</summary>
/// <param name="Name">The file's name without <c>.gz</c>.</param>
/// <param name="Path">Where it is, or null.</param>
/// <param name="Status">What was found.</param>
/// <param name="Expected">The md5 that the uncompressed content should have.</param>
/// <param name="Actual">The md5 that it has.</param>
/// <param name="Error">Why it could not be read.</param>
public sealed record FileCheck(
    string Name, string? Path, FileStatus Status, string? Expected = null, string? Actual = null, string? Error = null)
{
    /// <summary>Whether nothing speaks against the file.</summary>
    public bool IsGood => Status is FileStatus.Ok or FileStatus.NoChecksumKnown;

    /// <summary>One line for a person.</summary>
    public override string ToString() => Status switch
    {
        FileStatus.Ok => $"{Name}: ok (md5 {Actual})",
        FileStatus.Missing => $"{Name}: missing",
        FileStatus.WrongChecksum => $"{Path}: the content's md5 is {Actual}, not {Expected}; the file is damaged or another one",
        FileStatus.Unreadable => Error ?? $"{Path}: cannot be read",
        _ => $"{Name}: well-formed (md5 {Actual}; no checksum is known to compare)",
    };
}
