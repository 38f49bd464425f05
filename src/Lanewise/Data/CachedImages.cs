namespace Lanewise;

/// <summary>Keeps the decoded images of a dataset in memory from their first reading on, as far as a budget allows.</summary>
/// <param name="images">The dataset, whose images are decoded on each read.</param>
/// <param name="budget">The memory, which datasets may share.</param>
internal sealed class CachedImages(IImageDataset images, ImageMemory budget) : IImageDataset, IDatasetView
{
    private readonly DecodedImage?[] _kept = new DecodedImage?[images.Count];
    private DecodeOptions? _options;

    public IDataset All => images;

    public string Name => images.Name;

    public int Count => images.Count;

    public IReadOnlyList<string> Classes => images.Classes;

    public ImageTransform? Transform => images.Transform;

    public int Label(int index) => images.Label(index);

    /// <summary>Returns a copy of an image, which the caller may change.</summary>
    public DecodedImage Read(int index, DecodeOptions options = default)
    {
        DatasetIndex.Checked(index, this);
        lock (_kept)
        {
            _options ??= options;
        }

        if (_options != options)
        {
            return images.Read(index, options);
        }

        if (Volatile.Read(ref _kept[index]) is { } kept)
        {
            return kept.Copy();
        }

        var image = images.Read(index, options);
        if (budget.TryTake(image.Pixels.Length) && Interlocked.CompareExchange(ref _kept[index], image.Copy(), null) is not null)
        {
            budget.Return(image.Pixels.Length);
        }

        return image;
    }
}

/// <summary>A number of bytes that decoded images may take.</summary>
/// <param name="bytes">The number.</param>
internal sealed class ImageMemory(long bytes)
{
    private const long MaxBytes = 1L << 30;
    private const int ShareOfFree = 4;

    private long _left = bytes;

    /// <summary>Returns a budget of 1 GB, or of a quarter of the memory that is free if that is less.</summary>
    public static ImageMemory ForThisMachine()
    {
        var memory = GC.GetGCMemoryInfo();
        return new(Math.Clamp((memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes) / ShareOfFree, 0, MaxBytes));
    }

    /// <summary>Takes bytes from the budget, unless fewer are left.</summary>
    public bool TryTake(long count)
    {
        if (Interlocked.Add(ref _left, -count) >= 0)
        {
            return true;
        }

        Return(count);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long count) => Interlocked.Add(ref _left, count);
}
