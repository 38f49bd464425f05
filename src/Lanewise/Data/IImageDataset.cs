using Lanewise.Data.Transforms;

namespace Lanewise.Data;

/// <summary>
/// Labelled images of any size, addressed by index. Implementations are safe to read from several threads at once.
/// </summary>
public interface IImageDataset
{
    /// <summary>The dataset's name and split as a person would say it, for example <c>mnist/train</c>.</summary>
    string Name { get; }

    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The classes' names; a label is an index into this list.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>The label of image <paramref name="index"/>, 0 ≤ label &lt; <see cref="Classes"/>.Count.</summary>
    int Label(int index);

    /// <summary>Image <paramref name="index"/> as it is, of one channel (grey) or three (red, green, blue).</summary>
    /// <param name="index">Which image.</param>
    /// <param name="minSide">An image whose shorter side has more pixels may come smaller, down to so many.</param>
    /// <exception cref="LanewiseException">It cannot be read.</exception>
    DecodedImage Read(int index, int minSide);
}
