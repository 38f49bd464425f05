using Lanewise.Data.Digits;
using Lanewise.Graphs;

namespace Lanewise.Data;

/// <summary>
/// Numerals drawn by the program, in MNIST's frame: 28 × 28, white on black, deterministic by seed, so that a network
/// can be trained on any machine with no data on disk. An image is drawn when it is first read and kept from then on.
/// </summary>
public sealed class BuiltInDigits : IFixedShapeImageDataset
{
    /// <summary>The names of the classes of every dataset of digits.</summary>
    internal static readonly string[] Numerals = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    private readonly ulong _seed;
    private readonly byte[] _pixels;
    private readonly bool[] _drawn;

    private BuiltInDigits(string name, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Name = name;
        Count = count;
        _seed = seed;
        _pixels = new byte[checked(count * Shape.Count)];
        _drawn = new bool[count];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public Shape Shape { get; } = new(1, 28, 28);

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => Numerals;

    /// <summary>The training images, 60,000 unless <paramref name="count"/> says otherwise.</summary>
    public static BuiltInDigits Train(int count = 60_000, int seed = 1) => new("digits/train", count, 2 * (ulong)(uint)seed);

    /// <summary>The test images, 10,000 unless <paramref name="count"/> says otherwise; none is among the training images.</summary>
    public static BuiltInDigits Test(int count = 10_000, int seed = 1) => new("digits/test", count, 2 * (ulong)(uint)seed + 1);

    /// <inheritdoc/>
    /// <remarks>Every ten images from a multiple of ten on show each numeral once, in random order.</remarks>
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
        var kept = _pixels.AsSpan(index * Shape.Count, Shape.Count);
        if (Volatile.Read(ref _drawn[index]))
        {
            kept.CopyTo(pixels);
            return;
        }
        // Drawn in the caller's memory, for a half-drawn image must never be seen. Two threads may keep the same image:
        // they write the same bytes, so that one who reads meanwhile sees no others.
        var image = pixels[..Shape.Count];
        var random = new DigitRandom(_seed, (ulong)index);
        (Pen ??= new DigitPen()).Draw(label, ref random, image);
        image.CopyTo(kept);
        Volatile.Write(ref _drawn[index], true);
    }

    [field: ThreadStatic]
    private static DigitPen? Pen { get; set; }
}
