using System.Globalization;

namespace Lanewise;

/// <summary>
/// A labelled dataset of one's own float arrays, which enter the network unchanged: 16-bit images, spectrograms, measurements, of any
/// number of channels. Bytes, which a transform normalizes, belong into a <see cref="MemoryImageDataset"/>.
/// </summary>
public sealed class TensorDataset : ITensorDataset
{
    private readonly Func<int, ReadOnlyMemory<float>> _sample;
    private readonly int[] _labels;

    /// <summary>Creates a dataset from one array, without copying it.</summary>
    /// <param name="shape">(C, H, W) of every sample.</param>
    /// <param name="values">The samples one after another, C·H·W values each, in row-major order.</param>
    /// <param name="labels">The label of each sample, from 0.</param>
    /// <param name="classes">The class names; null for the numbers from 0 to the highest label.</param>
    /// <param name="name">The name in messages and model cards.</param>
    /// <exception cref="DatasetException">The numbers of samples and labels differ, or a label is out of range.</exception>
    public TensorDataset(Shape shape, float[] values, int[] labels, IReadOnlyList<string>? classes = null, string name = "arrays")
    {
        ArgumentNullException.ThrowIfNull(values);
        int size = SizeOf(shape);
        if (values.Length % size != 0)
        {
            throw new DatasetException(
                $"{name}: {values.Length} values are not a whole number of {shape} samples of {size} values.", DatasetError.Damaged, name);
        }

        (Name, Shape, _labels) = (name, shape, labels);
        Classes = Check(values.Length / size, labels, classes, name);
        _sample = index => values.AsMemory(index * size, size);
    }

    /// <summary>Creates a dataset from one array a sample, without copying them.</summary>
    /// <param name="shape">(C, H, W) of every sample.</param>
    /// <param name="samples">The samples, C·H·W values each, in row-major order.</param>
    /// <param name="labels">The label of each sample, from 0.</param>
    /// <param name="classes">The class names; null for the numbers from 0 to the highest label.</param>
    /// <param name="name">The name in messages and model cards.</param>
    /// <exception cref="DatasetException">
    /// A sample has another length than the shape, the numbers of samples and labels differ, or a label is out of range.
    /// </exception>
    public TensorDataset(
        Shape shape, IReadOnlyList<float[]> samples, int[] labels, IReadOnlyList<string>? classes = null, string name = "arrays")
    {
        ArgumentNullException.ThrowIfNull(samples);
        int size = SizeOf(shape);
        for (int i = 0; i < samples.Count; i++)
        {
            if (samples[i].Length != size)
            {
                throw new DatasetException(
                    $"{name}: sample {i} has {samples[i].Length} values, {shape} has {size}.", DatasetError.Damaged, name);
            }
        }

        (Name, Shape, _labels) = (name, shape, labels);
        Classes = Check(samples.Count, labels, classes, name);
        _sample = index => samples[index];
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
    public int Label(int index) => _labels[DatasetIndex.Checked(index, this)];

    /// <inheritdoc/>
    public void Read(int index, Span<float> values) => _sample(DatasetIndex.Checked(index, this)).Span.CopyTo(values);

    /// <summary>Checks labels against samples and classes, and returns the class names.</summary>
    internal static IReadOnlyList<string> Check(int samples, int[] labels, IReadOnlyList<string>? classes, string name)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (samples != labels.Length)
        {
            throw new DatasetException(
                $"{name}: there are {samples} images but {labels.Length} labels; every image needs one label.", DatasetError.Damaged, name);
        }

        int count = classes?.Count ?? (labels.Length == 0 ? 0 : labels.Max() + 1);
        int stray = Array.FindIndex(labels, label => label < 0 || label >= count);
        return stray < 0
            ? classes ?? [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))]
            : throw new DatasetException(
                $"{name}: image {stray} is labelled {labels[stray]}, but the {count} classes are numbered from 0 to {count - 1}.",
                DatasetError.LabelOutOfRange,
                name);
    }

    private static int SizeOf(Shape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(shape.Channels, Math.Min(shape.Height, shape.Width)), 1, nameof(shape));
        return shape.Count;
    }
}
