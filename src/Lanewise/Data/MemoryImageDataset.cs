using Lanewise.Graphs;

namespace Lanewise.Data;

/// <summary>Labelled images held in memory, one after the other in a single array.</summary>
public sealed class MemoryImageDataset : IFixedShapeImageDataset
{
    private readonly byte[] _pixels;
    private readonly int[] _labels;

    /// <summary>Wraps images and labels without copying them.</summary>
    /// <param name="name">The dataset's name and split, for example <c>mnist/train</c>.</param>
    /// <param name="shape">C×H×W of every image.</param>
    /// <param name="classes">The classes' names.</param>
    /// <param name="pixels">C×H×W bytes an image, image after image.</param>
    /// <param name="labels">One label an image, an index into <paramref name="classes"/>.</param>
    /// <exception cref="LanewiseException">Images and labels differ in number, or a label has no class.</exception>
    public MemoryImageDataset(string name, Shape shape, IReadOnlyList<string> classes, byte[] pixels, int[] labels)
    {
        int size = shape.Count;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(shape));
        (int images, int rest) = Math.DivRem(pixels.Length, size);
        if (rest != 0)
        {
            throw new LanewiseException($"{name}: {pixels.Length} bytes are no whole number of {shape} images of {size} bytes.");
        }
        if (images != labels.Length)
        {
            throw new LanewiseException($"{name}: there are {images} images but {labels.Length} labels; every image needs one label.");
        }
        int stray = Array.FindIndex(labels, label => label < 0 || label >= classes.Count);
        if (stray >= 0)
        {
            throw new LanewiseException(
                $"{name}: image {stray} is labelled {labels[stray]}, but the {classes.Count} classes are numbered from 0 to {classes.Count - 1}.");
        }
        (Name, Shape, Classes, _pixels, _labels) = (name, shape, classes, pixels, labels);
    }

    /// <summary>Wraps images without copying them, and labels as label files hold them.</summary>
    /// <inheritdoc cref="MemoryImageDataset(string, Shape, IReadOnlyList{string}, byte[], int[])"/>
    public MemoryImageDataset(string name, Shape shape, IReadOnlyList<string> classes, byte[] pixels, byte[] labels)
        : this(name, shape, classes, pixels, Array.ConvertAll(labels, label => (int)label))
    {
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _labels.Length;

    /// <inheritdoc/>
    public Shape Shape { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public int Label(int index) => _labels[index];

    /// <inheritdoc/>
    public void Read(int index, Span<byte> pixels) => _pixels.AsSpan(index * Shape.Count, Shape.Count).CopyTo(pixels);
}
