namespace Lanewise;

/// <summary>A labelled dataset of images in memory, as bytes of any number of channels.</summary>
public sealed class MemoryImageDataset : IFixedShapeImageDataset
{
    private readonly Func<int, ReadOnlyMemory<byte>> _image;
    private readonly int[] _labels;

    /// <summary>Creates a dataset from one array, without copying it.</summary>
    /// <param name="name">The name of dataset and split, for example <c>mnist/train</c>.</param>
    /// <param name="shape">(C, H, W) of every image.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="pixels">The images one after another, C×H×W bytes each.</param>
    /// <param name="labels">The labels, one per image, indices into <paramref name="classes"/>.</param>
    /// <exception cref="DatasetException">The numbers of images and labels differ, or a label is out of range.</exception>
    public MemoryImageDataset(string name, Shape shape, IReadOnlyList<string> classes, byte[] pixels, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        int size = shape.Count;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(shape));
        (int images, int rest) = Math.DivRem(pixels.Length, size);
        if (rest != 0)
        {
            throw new DatasetException(
                $"{name}: {pixels.Length} bytes are not a whole number of {shape} images of {size} bytes.", DatasetError.Damaged, name);
        }

        (Name, Shape, _labels) = (name, shape, labels);
        Classes = TensorDataset.Check(images, labels, classes, name);
        _image = index => pixels.AsMemory(index * size, size);
    }

    /// <summary>Creates a dataset from one array an image, without copying them.</summary>
    /// <param name="name">The name of dataset and split, for example <c>mnist/train</c>.</param>
    /// <param name="shape">(C, H, W) of every image.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="images">The images, C×H×W bytes each.</param>
    /// <param name="labels">The labels, one per image, indices into <paramref name="classes"/>.</param>
    /// <exception cref="DatasetException">
    /// An image has another length than the shape, the numbers of images and labels differ, or a label is out of range.
    /// </exception>
    public MemoryImageDataset(string name, Shape shape, IReadOnlyList<string> classes, IReadOnlyList<byte[]> images, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(images);
        for (int i = 0; i < images.Count; i++)
        {
            if (images[i].Length != shape.Count)
            {
                throw new DatasetException(
                    $"{name}: image {i} has {images[i].Length} bytes, {shape} has {shape.Count}.", DatasetError.Damaged, name);
            }
        }

        (Name, Shape, _labels) = (name, shape, labels);
        Classes = TensorDataset.Check(images.Count, labels, classes, name);
        _image = index => images[index];
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
    public ImageTransform? Transform { get; init; }

    /// <inheritdoc/>
    public int Label(int index) => _labels[DatasetIndex.Checked(index, this)];

    /// <inheritdoc/>
    public void Read(int index, Span<byte> pixels) => _image(DatasetIndex.Checked(index, this)).Span.CopyTo(pixels);
}
