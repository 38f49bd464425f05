using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lanewise.Files;

/// <summary>The types of value that a safetensors file may hold and Lanewise reads; the names are the format's.</summary>
public enum StoredType
{
    /// <summary>32-bit floating point, Lanewise's own.</summary>
    F32,
    /// <summary>64-bit floating point.</summary>
    F64,
    /// <summary>16-bit floating point (IEEE half).</summary>
    F16,
    /// <summary>16-bit floating point with float's exponent.</summary>
    BF16,
    /// <summary>Signed 8-bit integer.</summary>
    I8,
    /// <summary>Signed 16-bit integer.</summary>
    I16,
    /// <summary>Signed 32-bit integer.</summary>
    I32,
    /// <summary>Signed 64-bit integer.</summary>
    I64,
    /// <summary>Unsigned 8-bit integer.</summary>
    U8,
    /// <summary>Unsigned 16-bit integer.</summary>
    U16,
    /// <summary>Unsigned 32-bit integer.</summary>
    U32,
    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
    /// <summary>A byte, 0 or 1.</summary>
    Bool,
}

/// <summary>What the readers need to know of a <see cref="StoredType"/>.</summary>
internal static class StoredTypes
{
    public static StoredType? Parse(string name) => name switch
    {
        "F32" => StoredType.F32,
        "F64" => StoredType.F64,
        "F16" => StoredType.F16,
        "BF16" => StoredType.BF16,
        "I8" => StoredType.I8,
        "I16" => StoredType.I16,
        "I32" => StoredType.I32,
        "I64" => StoredType.I64,
        "U8" => StoredType.U8,
        "U16" => StoredType.U16,
        "U32" => StoredType.U32,
        "U64" => StoredType.U64,
        "BOOL" => StoredType.Bool,
        _ => null,
    };

    public static int Bytes(this StoredType type) => type switch
    {
        StoredType.F64 or StoredType.I64 or StoredType.U64 => 8,
        StoredType.F32 or StoredType.I32 or StoredType.U32 => 4,
        StoredType.F16 or StoredType.BF16 or StoredType.I16 or StoredType.U16 => 2,
        _ => 1,
    };

    /// <summary>Converts little-endian values to the nearest floats.</summary>
    public static void ToFloats(this StoredType type, ReadOnlySpan<byte> from, Span<float> to)
    {
        if (type == StoredType.F32 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(from)[..to.Length].CopyTo(to);
            return;
        }
        int size = type.Bytes();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = ToFloat(type, from.Slice(i * size, size));
        }
    }

    private static float ToFloat(StoredType type, ReadOnlySpan<byte> from) => type switch
    {
        StoredType.F32 => BinaryPrimitives.ReadSingleLittleEndian(from),
        StoredType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(from),
        StoredType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(from),
        StoredType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(from) << 16),
        StoredType.I8 => (sbyte)from[0],
        StoredType.I16 => BinaryPrimitives.ReadInt16LittleEndian(from),
        StoredType.I32 => BinaryPrimitives.ReadInt32LittleEndian(from),
        StoredType.I64 => BinaryPrimitives.ReadInt64LittleEndian(from),
        StoredType.U8 => from[0],
        StoredType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(from),
        StoredType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(from),
        StoredType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(from),
        _ => from[0] == 0 ? 0 : 1,
    };
}
