using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lanewise.Files.TensorBoard;

/// <summary>Writes a Protocol Buffers message field by field: a key of field number and wire type, then the value.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The wire type, the lowest three bits of a key.</summary>
    private enum Kind
    {
        Varint = 0,
        Eight = 1,
        Counted = 2,
        Four = 5,
    }

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public ProtoWriter Whole(int field, long value)
    {
        Key(field, Kind.Varint);
        Varint((ulong)value);
        return this;
    }

    public ProtoWriter Number(int field, double value)
    {
        Key(field, Kind.Eight);
        Raw(value);
        return this;
    }

    public ProtoWriter Number(int field, float value)
    {
        Key(field, Kind.Four);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
        return this;
    }

    public ProtoWriter Numbers(int field, ReadOnlySpan<double> values)
    {
        Key(field, Kind.Counted);
        Varint((ulong)values.Length * sizeof(double));
        foreach (double value in values)
        {
            Raw(value);
        }

        return this;
    }

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Key(field, Kind.Counted);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, message.Written);

    private void Key(int field, Kind kind) => Varint((ulong)field << 3 | (ulong)kind);

    /// <summary>Writes seven bits per byte, lowest first; all bytes but the last have the high bit set.</summary>
    private void Varint(ulong value)
    {
        const ulong More = 0x80;
        for (; value >= More; value >>= 7)
        {
            Raw((byte)(value | More));
        }

        Raw((byte)value);
    }

    private void Raw(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    private void Raw(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(sizeof(double)), value);
        _bytes.Advance(sizeof(double));
    }
}
