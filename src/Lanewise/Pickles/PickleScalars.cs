using System.Numerics;

namespace Lanewise.Pickles;

/// <summary>Reads the pickle opcodes that create a value from the bytes that follow them alone (Python's <c>pickletools</c>).</summary>
internal static class PickleScalars
{
    private const int MaxNumberLength = 255;

    private static readonly object NotScalar = new();

    /// <summary>Reads the value of a scalar opcode; returns false for any other opcode.</summary>
    public static bool TryRead(byte opcode, PickleInput input, out object? value)
    {
        value = opcode switch
        {
            (byte)'N' => null,
            0x88 => true,
            0x89 => false,
            (byte)'J' => (long)input.ReadInt32(),
            (byte)'K' => (long)input.ReadByte(),
            (byte)'M' => (long)input.ReadUInt16(),
            0x8A => Number(input, input.ReadByte()),
            0x8B => Number(input, (uint)input.ReadInt32()),
            (byte)'G' => input.ReadDouble(),
            (byte)'X' => input.ReadText((uint)input.ReadInt32()),
            (byte)'T' => Python2Text(input, (uint)input.ReadInt32()),
            (byte)'U' => Python2Text(input, input.ReadByte()),
            0x8C => input.ReadText(input.ReadByte()),
            0x8D => input.ReadText((ulong)input.ReadInt64()),
            (byte)'B' => Bytes(input, (uint)input.ReadInt32()),
            (byte)'C' => Bytes(input, input.ReadByte()),
            0x8E or 0x96 => Bytes(input, (ulong)input.ReadInt64()),
            _ => NotScalar,
        };
        return !ReferenceEquals(value, NotScalar);
    }

    private static object Number(PickleInput input, uint bytes)
    {
        if (bytes > MaxNumberLength)
        {
            throw new RefusedFileException($"an integer in its pickle claims {bytes:N0} bytes");
        }
        var number = new BigInteger(input.ReadBytes(bytes));
        if (number < long.MinValue || number > long.MaxValue)
        {
            return number;
        }
        long small = (long)number;
        return small;
    }

    private static object Bytes(PickleInput input, ulong length)
    {
        if (input.KeepsBytes)
        {
            return new PickleBytes(input.ReadBytes(length));
        }
        input.Skip(length);
        return PickleOther.Instance;
    }

    /// <summary>Reads a string of Python 2, which is text or bytes; only its content tells.</summary>
    private static object Python2Text(PickleInput input, ulong length) =>
        input.KeepsBytes ? new PickleBytes(input.ReadBytes(length)) : input.TryReadText(length) ?? (object)PickleOther.Instance;
}
