namespace Lanewise;

/// <summary>The reasons of a <see cref="DatasetException"/>.</summary>
public enum DatasetError
{
    /// <summary>Files of the dataset are missing.</summary>
    NotFound,

    /// <summary>The data folder that the caller chose does not exist.</summary>
    RootNotFound,

    /// <summary>A file is damaged, or of another dataset.</summary>
    Damaged,

    /// <summary>No mirror has the file, or the download folder cannot be written.</summary>
    DownloadFailed,

    /// <summary>The dataset cannot be downloaded automatically.</summary>
    NotDownloadable,

    /// <summary>The dataset, or one of its classes, has no image.</summary>
    Empty,

    /// <summary>A label is not an index of a class.</summary>
    LabelOutOfRange,

    /// <summary>The classes do not fit the network, or differ between the splits.</summary>
    ClassMismatch,
}

/// <summary>A dataset is missing, damaged or unsuitable.</summary>
public sealed class DatasetException : LanewiseException
{
    /// <summary>Creates the exception with a one-line message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="error">The reason.</param>
    /// <param name="dataset">The dataset's name, if known.</param>
    /// <param name="inner">The cause.</param>
    public DatasetException(string message, DatasetError error, string? dataset = null, Exception? inner = null) : base(message, inner) =>
        (Error, Dataset) = (error, dataset);

    /// <summary>The reason.</summary>
    public DatasetError Error { get; }

    /// <summary>The dataset's name, for example <c>mnist</c>; null if it is not known.</summary>
    public string? Dataset { get; }

    /// <summary>The folder of the files, if there is one.</summary>
    public string? Folder { get; init; }

    /// <summary>The data folder to which a download must go in order to be found; null for the default.</summary>
    public string? Root { get; init; }
}
