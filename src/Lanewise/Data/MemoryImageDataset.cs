namespace Lanewise;

/// <summary>A labelled dataset in memory, all images in a single array.</summary>
public sealed class MemoryImageDataset : IFixedShapeImageDataset
{
    private readonly byte[] _pixels;
    private readonly int[] _labels;

    /// <summary>Creates a dataset without copying images and labels.</summary>
    /// <param name="name">The name of dataset and split, for example <c>mnist/train</c>.</param>
    /// <param name="shape">(C, H, W) of every image.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="pixels">The images, C×H×W bytes each.</param>
    /// <param name="labels">The labels, one per image, indices into <paramref name="classes"/>.</param>
    /// <exception cref="DatasetException">The numbers of images and labels differ, or a label is out of range.</exception>
    public MemoryImageDataset(string name, Shape shape, IReadOnlyList<string> classes, byte[] pixels, int[] labels)
    {
        int size = shape.Count;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(shape));
        (int images, int rest) = Math.DivRem(pixels.Length, size);
        if (rest != 0)
        {
            throw new DatasetException(
                $"{name}: {pixels.Length} bytes are not a whole number of {shape} images of {size} bytes.", DatasetError.Damaged, name);
        }
        if (images != labels.Length)
        {
            throw new DatasetException(
                $"{name}: there are {images} images but {labels.Length} labels; every image needs one label.", DatasetError.Damaged, name);
        }
        int stray = Array.FindIndex(labels, label => label < 0 || label >= classes.Count);
        if (stray >= 0)
        {
            string range = $"the {classes.Count} classes are numbered from 0 to {classes.Count - 1}";
            throw new DatasetException($"{name}: image {stray} is labelled {labels[stray]}, but "
                + $"{range}.", DatasetError.LabelOutOfRange, name);
        }
        (Name, Shape, Classes, _pixels, _labels) = (name, shape, classes, pixels, labels);
    }

    /// <summary>Creates a dataset with labels of one byte, without copying the images.</summary>
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
