using Lanewise.Data.Transforms;

namespace Lanewise.Data;

/// <summary>
/// Labelled pictures of any size, addressed by index. Implementations are safe to read from several threads at once.
/// </summary>
public interface IPictureDataset
{
    /// <summary>The dataset's name and split as a person would say it, for example <c>mnist/train</c>.</summary>
    string Name { get; }

    /// <summary>The number of pictures.</summary>
    int Count { get; }

    /// <summary>The classes' names; a label is an index into this list.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>The label of picture <paramref name="index"/>, 0 ≤ label &lt; <see cref="Classes"/>.Count.</summary>
    int Label(int index);

    /// <summary>Picture <paramref name="index"/> as it is, of one channel (grey) or three (red, green, blue).</summary>
    /// <param name="index">Which picture.</param>
    /// <param name="leastSide">A picture whose shorter side has more pixels may come smaller, down to so many.</param>
    /// <exception cref="LanewiseException">It cannot be read.</exception>
    Raster Read(int index, int leastSide);
}
