using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lanewise.Onnx.Schema;
using DataType = Lanewise.Onnx.Schema.TensorProto.Types.DataType;

namespace Lanewise.Onnx.Import;

/// <summary>Decodes the tensors of a file, those beside it included: floats of any width to 32 bits, integers to 64.</summary>
/// <param name="path">The file, in whose folder external data lies.</param>
internal sealed class TensorReader(string path)
{
    /// <summary>Decodes a tensor.</summary>
    /// <exception cref="NotSupportedException">Its type is not supported, or its data contradicts its shape.</exception>
    /// <exception cref="ModelFormatException">Its data lies outside the file's folder.</exception>
    /// <exception cref="FileAccessException">The file of its data cannot be read.</exception>
    public Constant Read(TensorProto tensor)
    {
        int[] dims = [.. tensor.Dims.Select(size => size is >= 0 and <= int.MaxValue
            ? (int)size
            : throw new NotSupportedException($"{Title(tensor)} has a size of {size}"))];
        int count = Constant.CountOf(dims);
        var type = (DataType)tensor.DataType;
        int width = Width(type) ?? throw new NotSupportedException(
            $"{Title(tensor)} has the data type {TypeName(tensor.DataType)}; floats and integers are supported");
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return Decode(tensor, type, dims, ExternalData.Read(tensor, path, (long)count * width), count);
        }

        return tensor.RawData.IsEmpty && count > 0
            ? FromFields(tensor, type, dims, count)
            : Decode(tensor, type, dims, tensor.RawData.Span, count);
    }

    /// <summary>Returns the name of a data type for messages.</summary>
    public static string TypeName(int type) => type switch
    {
        17 or 18 or 19 or 20 => "float8",
        21 or 22 => "4-bit integer",
        _ => Enum.IsDefined((DataType)type) ? ((DataType)type).ToString().ToLowerInvariant() : $"{type}",
    };

    /// <summary>Returns the name of a data type as safetensors write it.</summary>
    public static string StoredName(int type) => (DataType)type switch
    {
        DataType.Float => "F32",
        DataType.Double => "F64",
        DataType.Float16 => "F16",
        DataType.Bfloat16 => "BF16",
        DataType.Int8 => "I8",
        DataType.Int16 => "I16",
        DataType.Int32 => "I32",
        DataType.Int64 => "I64",
        DataType.Uint8 => "U8",
        DataType.Uint16 => "U16",
        DataType.Uint32 => "U32",
        DataType.Uint64 => "U64",
        _ => TypeName(type).ToUpperInvariant(),
    };

    private static string Title(TensorProto tensor) => tensor.Name.Length > 0 ? $"the tensor '{Excerpt.Of(tensor.Name)}'" : "a tensor";

    private static int? Width(DataType type) => type switch
    {
        DataType.Uint8 or DataType.Int8 or DataType.Bool => 1,
        DataType.Uint16 or DataType.Int16 or DataType.Float16 or DataType.Bfloat16 => 2,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
        DataType.Double or DataType.Int64 or DataType.Uint64 => 8,
        _ => null,
    };

    private static NotSupportedException Contradiction(TensorProto tensor, long found, int count) =>
        new($"{Title(tensor)} has {found} values where its shape has {count}");

    private static Constant Decode(TensorProto tensor, DataType type, int[] dims, ReadOnlySpan<byte> bytes, int count)
    {
        int width = Width(type)!.Value;
        if (bytes.Length != (long)count * width)
        {
            throw Contradiction(tensor, bytes.Length / width, count);
        }

        if (type is not (DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16))
        {
            long[] integers = new long[count];
            for (int i = 0; i < count; i++)
            {
                integers[i] = Integer(type, bytes.Slice(i * width, width));
            }

            return Constant.Of(dims, integers);
        }

        float[] values = new float[count];
        if (type == DataType.Float && BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            return Constant.Of(dims, values);
        }

        for (int i = 0; i < count; i++)
        {
            values[i] = Float(type, bytes.Slice(i * width, width));
        }

        return Constant.Of(dims, values);
    }

    private static float Float(DataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DataType.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        DataType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => FromBfloat16(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
    };

    private static float FromBfloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static long Integer(DataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DataType.Int8 => (sbyte)bytes[0],
        DataType.Uint8 or DataType.Bool => bytes[0],
        DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes), long.MaxValue),
    };

    /// <summary>Decodes the values of a tensor that are not stored as bytes but as numbers, in a field for each type.</summary>
    private static Constant FromFields(TensorProto tensor, DataType type, int[] dims, int count)
    {
        int found = type switch
        {
            DataType.Float => tensor.FloatData.Count,
            DataType.Double => tensor.DoubleData.Count,
            DataType.Int64 => tensor.Int64Data.Count,
            DataType.Uint32 or DataType.Uint64 => tensor.Uint64Data.Count,
            _ => tensor.Int32Data.Count,
        };
        return found != count ? throw Contradiction(tensor, found, count) : type switch
        {
            DataType.Float => Constant.Of(dims, [.. tensor.FloatData]),
            DataType.Double => Constant.Of(dims, [.. tensor.DoubleData.Select(value => (float)value)]),
            DataType.Float16 => Constant.Of(
                dims, [.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))]),
            DataType.Bfloat16 => Constant.Of(dims, [.. tensor.Int32Data.Select(bits => FromBfloat16((ushort)bits))]),
            DataType.Int64 => Constant.Of(dims, [.. tensor.Int64Data]),
            DataType.Uint32 or DataType.Uint64 => Constant.Of(
                dims, [.. tensor.Uint64Data.Select(value => (long)Math.Min(value, long.MaxValue))]),
            _ => Constant.Of(dims, [.. tensor.Int32Data.Select(value => (long)value)]),
        };
    }
}
