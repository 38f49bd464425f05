using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>The data types of IDX files, numbered by the file's type byte.</summary>
internal enum IdxType
{
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 0x08,

    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 0x09,

    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 0x0B,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 0x0C,

    /// <summary>32-bit floating point.</summary>
    Float32 = 0x0D,

    /// <summary>64-bit floating point.</summary>
    Float64 = 0x0E,
}

/// <summary>The content of an IDX file.</summary>
/// <param name="Type">The type of the values.</param>
/// <param name="Sizes">The dimensions, outermost first.</param>
/// <param name="Bytes">The values in row-major order, big-endian as in the file.</param>
internal sealed record IdxArray(IdxType Type, IReadOnlyList<int> Sizes, byte[] Bytes)
{
    /// <summary>Returns the size of a value in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a type of IDX.</exception>
    public static int Width(IdxType type) => type switch
    {
        IdxType.UInt8 or IdxType.Int8 => 1,
        IdxType.Int16 => 2,
        IdxType.Int32 or IdxType.Float32 => 4,
        IdxType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "IDX knows the types 0x08, 0x09, 0x0B, 0x0C, 0x0D and 0x0E."),
    };

    /// <summary>Creates an array from values, whose type determines the IDX type.</summary>
    /// <exception cref="ArgumentException">The product of the sizes is not the number of values.</exception>
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

    /// <summary>Returns the values in the machine's byte order.</summary>
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

    // Its own inverse: it also converts big-endian values back to the machine's order.
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
