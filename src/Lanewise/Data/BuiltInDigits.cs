using Lanewise.Data.Digits;

namespace Lanewise;

/// <summary>
/// Synthetic handwritten digits in MNIST's format, 28 × 28, white on black, deterministic for a seed, so that a network can be
/// trained on any machine without data on disk. An image is rendered when it is first read, then cached.
/// </summary>
public sealed class BuiltInDigits : IFixedShapeImageDataset
{
    /// <summary>The class names of all digit datasets.</summary>
    internal static readonly string[] Numerals = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    private readonly ulong _seed;
    private readonly byte[] _pixels;
    private readonly bool[] _isRendered;

    private BuiltInDigits(string name, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Name = name;
        Count = count;
        _seed = seed;
        _pixels = new byte[checked(count * Shape.Count)];
        _isRendered = new bool[count];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public Shape Shape { get; } = new(1, 28, 28);

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => Numerals;

    /// <inheritdoc/>
    public ImageTransform? Transform => ImageTransform.Mnist;

    /// <summary>Returns the training set.</summary>
    /// <param name="count">The number of images. Default: 60,000.</param>
    /// <param name="seed">The seed; each seed has its own images. Default: 1.</param>
    public static BuiltInDigits Train(int count = 60_000, int seed = 1) => new("digits/train", count, 2 * (ulong)(uint)seed);

    /// <summary>Returns the test set, none of whose images is in a training set.</summary>
    /// <param name="count">The number of images. Default: 10,000.</param>
    /// <param name="seed">The seed; each seed has its own images. Default: 1.</param>
    public static BuiltInDigits Test(int count = 10_000, int seed = 1) => new("digits/test", count, 2 * (ulong)(uint)seed + 1);

    /// <inheritdoc/>
    /// <remarks>Every ten consecutive images from a multiple of ten contain each numeral once, in random order.</remarks>
    public int Label(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        Span<int> order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        var random = new DigitRandom(~_seed, (ulong)(index / 10));
        for (int i = 9; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order[index % 10];
    }

    /// <inheritdoc/>
    public void Read(int index, Span<byte> pixels)
    {
        int label = Label(index);
        var cached = _pixels.AsSpan(index * Shape.Count, Shape.Count);
        if (Volatile.Read(ref _isRendered[index]))
        {
            cached.CopyTo(pixels);
            return;
        }
        // Rendered in the caller's memory, since a partial image must never be visible. Two threads may cache the same image: they
        // write the same bytes, so a concurrent reader sees no others.
        var image = pixels[..Shape.Count];
        var random = new DigitRandom(_seed, (ulong)index);
        (Pen ??= new DigitPen()).Draw(label, ref random, image);
        image.CopyTo(cached);
        Volatile.Write(ref _isRendered[index], true);
    }

    [field: ThreadStatic]
    private static DigitPen? Pen { get; set; }
}
