namespace Lanewise;

/// <summary>
/// A labelled dataset: <see cref="IImageDataset"/> of images, or <see cref="ITensorDataset"/> of values that are ready for a network.
/// Implementations are thread-safe for reading.
/// </summary>
public interface IDataset
{
    /// <summary>The name of dataset and split, for example <c>mnist/train</c>.</summary>
    string Name { get; }

    /// <summary>The number of samples.</summary>
    int Count { get; }

    /// <summary>The class names; a label is an index into this list.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Returns the label of sample <paramref name="index"/>, 0 ≤ label &lt; <see cref="Classes"/>.Count.</summary>
    int Label(int index);
}
