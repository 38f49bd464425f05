namespace Lanewise;

/// <summary>The reasons of a <see cref="ModelFormatException"/>.</summary>
public enum ModelFormatError
{
    /// <summary>The file is damaged or malformed.</summary>
    Damaged,

    /// <summary>The file, or the data to write, is of another format or version than is supported.</summary>
    Unsupported,

    /// <summary>The file does not say which model it holds, and the caller did not either.</summary>
    ModelNotNamed,

    /// <summary>The file holds weights, but is not a training checkpoint.</summary>
    NotACheckpoint,

    /// <summary>The file is a training checkpoint, where a model is expected.</summary>
    IsCheckpoint,

    /// <summary>The weights or the state belong to another network, optimizer or run.</summary>
    Mismatch,
}

/// <summary>A file of weights, a model or a checkpoint is damaged, of another kind, or belongs to another network.</summary>
public sealed class ModelFormatException : LanewiseException
{
    /// <summary>Creates the exception with a one-line message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="error">The reason.</param>
    /// <param name="fileName">The file's name, as the caller passed it.</param>
    /// <param name="inner">The cause.</param>
    public ModelFormatException(string message, ModelFormatError error, string? fileName = null, Exception? inner = null)
        : base(message, inner) => (Error, FileName) = (error, fileName);

    /// <summary>The reason.</summary>
    public ModelFormatError Error { get; }

    /// <summary>The file's name, as the caller passed it; null if it is not known.</summary>
    public string? FileName { get; }
}
