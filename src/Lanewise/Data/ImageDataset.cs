namespace Lanewise;

/// <summary>Extension methods for datasets.</summary>
public static class ImageDataset
{
    /// <summary>
    /// Returns a view of <paramref name="count"/> samples, or of all if there are fewer: evenly spaced ones of images of any size, which
    /// are sorted by class, so that each class keeps its share; the first ones of other datasets.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="count">The number of samples, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public static IDataset Take(this IDataset dataset, int count)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return count >= dataset.Count ? dataset : dataset switch
        {
            IFixedShapeImageDataset images => new FirstImages(images, count),
            IImageDataset images => new EvenlySpaced(images, count),
            ITensorDataset tensors => new FirstTensors(tensors, count),
            _ => throw new ArgumentException($"{dataset.Name} holds neither images nor tensors.", nameof(dataset)),
        };
    }

    /// <inheritdoc cref="Take(IDataset, int)"/>
    public static IImageDataset Take(this IImageDataset dataset, int count) => (IImageDataset)Take((IDataset)dataset, count);

    /// <inheritdoc cref="Take(IDataset, int)"/>
    public static IFixedShapeImageDataset Take(this IFixedShapeImageDataset dataset, int count) =>
        (IFixedShapeImageDataset)Take((IDataset)dataset, count);

    private abstract class View(IDataset all, int count) : IDatasetView
    {
        public IDataset All => all;

        public string Name => all.Name;

        public int Count => count;

        public IReadOnlyList<string> Classes => all.Classes;

        public int Label(int index) => all.Label(Original(index));

        protected virtual int Original(int index) => DatasetIndex.Checked(index, this);
    }

    private sealed class FirstImages(IFixedShapeImageDataset all, int count) : View(all, count), IFixedShapeImageDataset
    {
        public Shape Shape => all.Shape;

        public ImageTransform? Transform => all.Transform;

        public void Read(int index, Span<byte> pixels) => all.Read(Original(index), pixels);
    }

    private sealed class FirstTensors(ITensorDataset all, int count) : View(all, count), ITensorDataset
    {
        public Shape Shape => all.Shape;

        public void Read(int index, Span<float> values) => all.Read(Original(index), values);
    }

    private sealed class EvenlySpaced(IImageDataset all, int count) : View(all, count), IImageDataset
    {
        public ImageTransform? Transform => all.Transform;

        public DecodedImage Read(int index, DecodeOptions options = default) => all.Read(Original(index), options);

        protected override int Original(int index) => (int)((long)base.Original(index) * all.Count / Count);
    }
}
