using System.Numerics;

namespace Lanewise.Files;

/// <summary>The opcodes of a pickle that make a value out of nothing but the bytes behind them (Python's <c>pickletools</c>).</summary>
internal static class PickleScalars
{
    private const int MaxNumberLength = 255;

    private static readonly object NotMine = new();

    /// <summary>Reads the value of such an opcode; false for another opcode.</summary>
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
            (byte)'X' or (byte)'T' => input.ReadText((uint)input.ReadInt32()),
            (byte)'U' or 0x8C => input.ReadText(input.ReadByte()),
            0x8D => input.ReadText((ulong)input.ReadInt64()),
            (byte)'B' => Skipped(input, (uint)input.ReadInt32()),
            (byte)'C' => Skipped(input, input.ReadByte()),
            0x8E or 0x96 => Skipped(input, (ulong)input.ReadInt64()),
            _ => NotMine,
        };
        return !ReferenceEquals(value, NotMine);
    }

    private static object Number(PickleInput input, uint bytes)
    {
        if (bytes > MaxNumberLength)
        {
            throw new RefusedFileException($"a whole number in its pickle claims {bytes:N0} bytes");
        }
        var number = new BigInteger(input.ReadBytes(bytes));
        if (number < long.MinValue || number > long.MaxValue)
        {
            return number;
        }
        long small = (long)number;
        return small;
    }

    private static PickleOther Skipped(PickleInput input, ulong length)
    {
        input.Skip(length);
        return PickleOther.Instance;
    }
}
