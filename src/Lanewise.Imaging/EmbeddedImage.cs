using System.Diagnostics.CodeAnalysis;

namespace Lanewise;

/// <summary>One of many image files: its features, or why there are none.</summary>
public sealed class EmbeddedImage
{
    /// <summary>Reports a file with its features.</summary>
    /// <param name="path">The file.</param>
    /// <param name="features">The features, (F).</param>
    public EmbeddedImage(string path, float[] features) => (Path, Features) = (path, features);

    /// <summary>Reports a file that cannot be read or decoded.</summary>
    /// <param name="path">The file.</param>
    /// <param name="error">The reason.</param>
    public EmbeddedImage(string path, LanewiseException error) => (Path, Error) = (path, error);

    /// <summary>The file, as it was passed.</summary>
    public string Path { get; }

    /// <summary>Whether there are features.</summary>
    [MemberNotNullWhen(true, nameof(Features))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>The features, (F); null if the file cannot be read or decoded.</summary>
    public IReadOnlyList<float>? Features { get; }

    /// <summary>
    /// Why there are no features: a <see cref="FileAccessException"/> or an <see cref="ImageFormatException"/>; null if there are some.
    /// </summary>
    public LanewiseException? Error { get; }
}
