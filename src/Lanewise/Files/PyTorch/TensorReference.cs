using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>A tensor as a view of a storage: element (i, j, …) is the storage's <c>Offset + i·Strides[0] + j·Strides[1] + …</c>.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Type">The type of the values.</param>
/// <param name="Offset">The index of the first value.</param>
/// <param name="Sizes">The sizes, outermost first.</param>
/// <param name="Strides">The stride of each dimension, in values.</param>
internal sealed record TensorReference(StorageReference Storage, StoredType Type, long Offset, long[] Sizes, long[] Strides) : IPickleData
{
    public const int MaxDimensions = 64;

    /// <summary>The number of values; guaranteed to fit an array after <see cref="Check"/>.</summary>
    public int Count => (int)Sizes.Aggregate(1L, (product, size) => product * size);

    private long StorageCount => Storage.Bytes / Type.Bytes();

    /// <summary>Whether it covers its whole storage, in order.</summary>
    public bool IsWholeStorage => Offset == 0 && Count == StorageCount && IsContiguous;

    private bool IsContiguous
    {
        get
        {
            long stride = 1;
            for (int d = Sizes.Length - 1; d >= 0; d--)
            {
                if (Sizes[d] != 1 && Strides[d] != stride)
                {
                    return Count == 0;
                }
                stride *= Sizes[d];
            }
            return true;
        }
    }

    /// <summary>Checks that all values are within the storage, before any memory is allocated.</summary>
    /// <exception cref="RefusedFileException">They do not.</exception>
    public void Check(string name)
    {
        if (Sizes.Length != Strides.Length)
        {
            throw new RefusedFileException($"{Excerpt.Of(name)} has {Sizes.Length} sizes but {Strides.Length} strides");
        }
        if (Storage.Bytes % Type.Bytes() != 0)
        {
            throw new RefusedFileException($"the {Storage.Bytes:N0} bytes of {Excerpt.Of(name)} are not a whole number of {Type} values");
        }
        long count = 1;
        foreach (long size in Sizes)
        {
            // Keeps the product below 2⁶²: both factors are below 2³¹ or rejected.
            if (size > Array.MaxLength || (count *= size) > Array.MaxLength)
            {
                throw new RefusedFileException($"{Excerpt.Of(name)} has the shape {string.Join('×', Sizes)}, which is too large");
            }
        }
        if (count > 0 && !LiesWithin(StorageCount))
        {
            throw new RefusedFileException($"{Excerpt.Of(name)} reaches beyond its storage of {StorageCount:N0} values");
        }
    }

    /// <summary>Copies the values from the storage in row-major order.</summary>
    public float[] Gather(ReadOnlySpan<float> storage)
    {
        var values = new float[Count];
        if (values.Length == 0)
        {
            return values;
        }
        if (IsContiguous)
        {
            storage.Slice((int)Offset, values.Length).CopyTo(values);
            return values;
        }

        Span<long> index = stackalloc long[Sizes.Length];
        long position = Offset;
        foreach (ref float value in values.AsSpan())
        {
            value = storage[(int)position];
            for (int d = Sizes.Length - 1; d >= 0; d--)
            {
                position += Strides[d];
                if (++index[d] < Sizes[d])
                {
                    break;
                }
                position -= Strides[d] * Sizes[d];
                index[d] = 0;
            }
        }
        return values;
    }

    private bool LiesWithin(long storageCount)
    {
        long last = Offset;
        for (int d = 0; d < Sizes.Length && last < storageCount; d++)
        {
            // Below 2³¹ · 2³¹: a stride longer than the storage is out of range at once.
            last += Sizes[d] == 1 ? 0 : (Sizes[d] - 1) * Math.Min(Strides[d], storageCount);
        }
        return last < storageCount;
    }
}
