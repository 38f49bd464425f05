namespace Lanewise.Workflows;

/// <summary>The reasons of a <see cref="PretrainedException"/>.</summary>
public enum PretrainedError
{
    /// <summary>The weights were not fetched yet.</summary>
    NotFetched,

    /// <summary>The licence was not accepted.</summary>
    LicenseNotAccepted,

    /// <summary>The package cannot be downloaded, since there is no .NET SDK that downloads packages.</summary>
    NoSdk,

    /// <summary>The package or the file cannot be downloaded.</summary>
    FetchFailed,

    /// <summary>The file in the cache is damaged, or another one.</summary>
    Damaged,

    /// <summary>The file to fetch is damaged, or another one.</summary>
    WrongFile,

    /// <summary>The cache cannot be read or written.</summary>
    CacheNotWritable,

    /// <summary>There is nothing to remove that was fetched.</summary>
    NothingToRemove,
}

/// <summary>Pretrained weights are missing, damaged or cannot be fetched.</summary>
/// <param name="message">The one-line message.</param>
/// <param name="error">The reason.</param>
/// <param name="entry">The weights.</param>
/// <param name="inner">The cause.</param>
public sealed class PretrainedException(string message, PretrainedError error, PretrainedEntry entry, Exception? inner = null)
    : LanewiseException(message, inner)
{
    /// <summary>Gets the reason.</summary>
    public PretrainedError Error => error;

    /// <summary>Gets the weights.</summary>
    public PretrainedEntry Entry => entry;

    /// <summary>Gets the data folder that was chosen; null for the default.</summary>
    public string? Root { get; init; }
}
