using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lanewise.Files;

/// <summary>The tensor data types that weights files may hold and Lanewise reads, named as in safetensors.</summary>
public enum StoredType
{
    /// <summary>32-bit floating point, the type that Lanewise computes in.</summary>
    F32,
    /// <summary>64-bit floating point.</summary>
    F64,
    /// <summary>16-bit floating point (IEEE half).</summary>
    F16,
    /// <summary>16-bit brain floating point (bfloat16), with the exponent range of F32.</summary>
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
    /// <summary>Boolean, one byte of 0 or 1.</summary>
    Bool,
}

/// <summary>Names, sizes and conversions of <see cref="StoredType"/>.</summary>
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

    /// <summary>Returns the type's name in a safetensors file.</summary>
    public static string Name(this StoredType type) => type == StoredType.Bool ? "BOOL" : type.ToString();

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

    /// <summary>Whether the type is a floating-point type, to which floats can be written.</summary>
    public static bool IsFloatingPoint(this StoredType type) =>
        type is StoredType.F32 or StoredType.F64 or StoredType.F16 or StoredType.BF16;

    /// <summary>Converts floats to little-endian values of a floating-point type, rounding to nearest, ties to even.</summary>
    public static void FromFloats(this StoredType type, ReadOnlySpan<float> from, Span<byte> to)
    {
        int size = type.Bytes();
        for (int i = 0; i < from.Length; i++)
        {
            var target = to.Slice(i * size, size);
            switch (type)
            {
                case StoredType.F64:
                    BinaryPrimitives.WriteDoubleLittleEndian(target, from[i]);
                    break;
                case StoredType.F16:
                    BinaryPrimitives.WriteHalfLittleEndian(target, (Half)from[i]);
                    break;
                case StoredType.BF16:
                    BinaryPrimitives.WriteUInt16LittleEndian(target, ToBFloat16(from[i]));
                    break;
                default:
                    BinaryPrimitives.WriteSingleLittleEndian(target, from[i]);
                    break;
            }
        }
    }

    private static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        // A NaN keeps its upper half with the quiet bit set: rounding could turn it into an infinity.
        return float.IsNaN(value)
            ? (ushort)(bits >> 16 | 0x40)
            : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
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
