using Lanewise.Graphs;

namespace Lanewise.Data;

/// <summary>
/// Labelled images of one shape, addressed by index. Implementations are safe to read from several threads at once.
/// </summary>
public interface IImageDataset
{
    /// <summary>The dataset's name and split as a person would say it, for example <c>mnist/train</c>.</summary>
    string Name { get; }

    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>C×H×W of every image.</summary>
    Shape Shape { get; }

    /// <summary>The classes' names; a label is an index into this list.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>The label of image <paramref name="index"/>, 0 ≤ label &lt; <see cref="Classes"/>.Count.</summary>
    int Label(int index);

    /// <summary>Copies image <paramref name="index"/> as C×H×W bytes, 0 black to 255 white, into <paramref name="pixels"/>.</summary>
    void Read(int index, Span<byte> pixels);
}
