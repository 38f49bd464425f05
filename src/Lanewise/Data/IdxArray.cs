using System.Runtime.InteropServices;

namespace Lanewise.Data;

/// <summary>The type of the values in an IDX file; the number is the file's type byte.</summary>
public enum IdxType
{
    /// <summary>Unsigned bytes.</summary>
    UInt8 = 0x08,

    /// <summary>Signed bytes.</summary>
    Int8 = 0x09,

    /// <summary>Signed integers of 16 bits.</summary>
    Int16 = 0x0B,

    /// <summary>Signed integers of 32 bits.</summary>
    Int32 = 0x0C,

    /// <summary>IEEE numbers of 32 bits.</summary>
    Float32 = 0x0D,

    /// <summary>IEEE numbers of 64 bits.</summary>
    Float64 = 0x0E,
}

/// <summary>An array of values as an IDX file holds it.</summary>
/// <param name="Type">The values' type.</param>
/// <param name="Sizes">The size of each dimension, the slowest first.</param>
/// <param name="Bytes">The values in row-major order, big-endian as in the file.</param>
public sealed record IdxArray(IdxType Type, IReadOnlyList<int> Sizes, byte[] Bytes)
{
    /// <summary>The bytes that one value of <paramref name="type"/> takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none of IDX's types.</exception>
    public static int Width(IdxType type) => type switch
    {
        IdxType.UInt8 or IdxType.Int8 => 1,
        IdxType.Int16 => 2,
        IdxType.Int32 or IdxType.Float32 => 4,
        IdxType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "IDX knows the types 0x08, 0x09, 0x0B, 0x0C, 0x0D and 0x0E."),
    };

    /// <summary>Makes an array of <paramref name="values"/>, whose type decides the IDX type.</summary>
    /// <exception cref="ArgumentException">The sizes' product is not the number of values.</exception>
    /// <exception cref="NotSupportedException">IDX has no such type.</exception>
    public static IdxArray Create<T>(ReadOnlySpan<T> values, params int[] sizes) where T : unmanaged
    {
        long count = sizes.Aggregate(1L, (product, size) => checked(product * size));
        if (count != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill {string.Join('×', sizes)}.", nameof(sizes));
        }
        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        var type = TypeOf<T>();
        SwapToBigEndian(bytes, Width(type));
        return new IdxArray(type, sizes, bytes);
    }

    /// <summary>The values in the machine's own byte order.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not <see cref="Type"/>.</exception>
    public T[] Values<T>() where T : unmanaged
    {
        if (TypeOf<T>() != Type)
        {
            throw new InvalidOperationException($"The array holds {Type} values, not {TypeOf<T>()}.");
        }
        byte[] bytes = [.. Bytes];
        SwapToBigEndian(bytes, Width(Type));
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    private static IdxType TypeOf<T>() =>
        typeof(T) == typeof(byte) ? IdxType.UInt8
        : typeof(T) == typeof(sbyte) ? IdxType.Int8
        : typeof(T) == typeof(short) ? IdxType.Int16
        : typeof(T) == typeof(int) ? IdxType.Int32
        : typeof(T) == typeof(float) ? IdxType.Float32
        : typeof(T) == typeof(double) ? IdxType.Float64
        : throw new NotSupportedException($"IDX has no type for {typeof(T).Name}.");

    // Its own inverse: it also takes big-endian values back to the machine's order.
    private static void SwapToBigEndian(Span<byte> bytes, int width)
    {
        if (BitConverter.IsLittleEndian && width > 1)
        {
            for (int i = 0; i < bytes.Length; i += width)
            {
                bytes.Slice(i, width).Reverse();
            }
        }
    }
}
