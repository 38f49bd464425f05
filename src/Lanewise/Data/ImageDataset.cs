namespace Lanewise;

/// <summary>Extension methods for datasets.</summary>
public static class ImageDataset
{
    /// <summary>Returns a view of the first <paramref name="count"/> images, or of all if there are fewer.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public static IFixedShapeImageDataset Take(this IFixedShapeImageDataset dataset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return count >= dataset.Count ? dataset : new First(dataset, count);
    }

    /// <summary>
    /// Returns a view of <paramref name="count"/> images, or of all if there are fewer: the first ones of an
    /// <see cref="IFixedShapeImageDataset"/>; evenly spaced ones of other datasets, which are sorted by class, so that each class keeps
    /// its share.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public static IImageDataset Take(this IImageDataset dataset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return dataset is IFixedShapeImageDataset images ? images.Take(count)
            : count >= dataset.Count ? dataset
            : new EvenlySpaced(dataset, count);
    }

    private sealed class First(IFixedShapeImageDataset all, int count) : IFixedShapeImageDataset
    {
        public string Name => all.Name;

        public int Count => count;

        public Shape Shape => all.Shape;

        public IReadOnlyList<string> Classes => all.Classes;

        public int Label(int index) => all.Label(Checked(index));

        public void Read(int index, Span<byte> pixels) => all.Read(Checked(index), pixels);

        private int Checked(int index)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            return index;
        }
    }

    private sealed class EvenlySpaced(IImageDataset all, int count) : IImageDataset
    {
        public string Name => all.Name;

        public int Count => count;

        public IReadOnlyList<string> Classes => all.Classes;

        public int Label(int index) => all.Label(Original(index));

        public DecodedImage Read(int index, int minSide) => all.Read(Original(index), minSide);

        private int Original(int index)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            return (int)((long)index * all.Count / count);
        }
    }
}
