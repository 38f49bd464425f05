using System.Diagnostics.CodeAnalysis;

namespace Lanewise;

/// <summary>One of many image files: its classification, or why there is none.</summary>
public sealed class ClassifiedImage
{
    /// <summary>Reports a classified file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classification">The classification.</param>
    public ClassifiedImage(string path, Classification classification) => (Path, Classification) = (path, classification);

    /// <summary>Reports a file that cannot be read or decoded.</summary>
    /// <param name="path">The file.</param>
    /// <param name="error">The reason.</param>
    public ClassifiedImage(string path, LanewiseException error) => (Path, Error) = (path, error);

    /// <summary>The file, as it was passed.</summary>
    public string Path { get; }

    /// <summary>Whether the image was classified.</summary>
    [MemberNotNullWhen(true, nameof(Classification))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>The classification; null if the file cannot be read or decoded.</summary>
    public Classification? Classification { get; }

    /// <summary>
    /// Why there is no classification: a <see cref="FileAccessException"/> or an <see cref="ImageFormatException"/>; null if there is one.
    /// </summary>
    public LanewiseException? Error { get; }
}
