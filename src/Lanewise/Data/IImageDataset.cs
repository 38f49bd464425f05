namespace Lanewise;

/// <summary>
/// A labelled dataset of images of any size. Implementations are thread-safe for reading.
/// </summary>
public interface IImageDataset
{
    /// <summary>The name of dataset and split, for example <c>mnist/train</c>.</summary>
    string Name { get; }

    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The class names; a label is an index into this list.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Returns the label of image <paramref name="index"/>, 0 ≤ label &lt; <see cref="Classes"/>.Count.</summary>
    int Label(int index);

    /// <summary>Returns image <paramref name="index"/> with one channel (grey) or three (red, green, blue).</summary>
    /// <param name="index">The index of the image.</param>
    /// <param name="minSide">The image may be downscaled if its shorter side is longer than this, but not below it, in pixels.</param>
    /// <exception cref="LanewiseException">The image cannot be read or decoded.</exception>
    DecodedImage Read(int index, int minSide);
}
