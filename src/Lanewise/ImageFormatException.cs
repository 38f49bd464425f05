namespace Lanewise;

/// <summary>An image cannot be decoded: it is not of a supported format, damaged or too large.</summary>
public sealed class ImageFormatException : LanewiseException
{
    /// <summary>Creates the exception with a one-line message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="fileName">The file's name, as the caller passed it.</param>
    /// <param name="inner">The cause.</param>
    public ImageFormatException(string message, string? fileName = null, Exception? inner = null) : base(message, inner) =>
        FileName = fileName;

    /// <summary>The file's name, as the caller passed it; null if it is not known.</summary>
    public string? FileName { get; }
}
