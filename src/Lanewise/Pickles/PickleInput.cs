using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Lanewise.Pickles;

/// <summary>Reads a pickle's bytes within a budget of memory and work; a length is trusted only up to the bytes that are there.</summary>
/// <param name="stream">A seekable stream positioned at the start of the pickle; it is never read beyond the pickle's end.</param>
internal sealed class PickleInput(Stream stream)
{
    /// <summary>The cost of an opcode, besides that of the value it creates.</summary>
    public const int StepCost = 16;

    /// <summary>The longest name of a module, class or function.</summary>
    public const int MaxNameLength = 256;

    // Roughly bytes of memory; a checkpoint of a thousand tensors with optimizer state needs a twentieth of it.
    private const int DefaultAllowance = 64_000_000;

    private int _left = DefaultAllowance;

    /// <summary>Whether bytes, and strings of Python 2, are values; otherwise they are skipped.</summary>
    public bool KeepsBytes { get; init; }

    /// <summary>Roughly the bytes of memory that the values may take; default: 64 MB.</summary>
    public int Allowance
    {
        get => _left;
        init => _left = value;
    }

    private long Remaining => stream.Length - stream.Position;

    /// <summary>Deducts the cost of memory or work from the budget.</summary>
    public void Spend(long cost)
    {
        if (cost > _left)
        {
            throw new RefusedFileException("it describes more values than any state dict has", remedy: null);
        }
        _left -= (int)cost;
    }

    public byte ReadByte() => stream.ReadByte() is >= 0 and var value ? (byte)value : throw CutShort();

    public int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        Fill(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    public long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Fill(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    public ushort ReadUInt16() => (ushort)(ReadByte() | ReadByte() << 8);

    /// <summary>Reads a double, the only number that a pickle stores big-endian.</summary>
    public double ReadDouble()
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        Fill(bytes);
        return BinaryPrimitives.ReadDoubleBigEndian(bytes);
    }

    /// <summary>Reads <paramref name="length"/> bytes, after checking that the stream has them.</summary>
    public byte[] ReadBytes(ulong length)
    {
        CheckLength(length);
        Spend((long)length);
        byte[] bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    public string ReadText(ulong length) => TryReadText(length) ?? throw NoText();

    /// <summary>Reads a text; null if it is not valid UTF-8.</summary>
    public string? TryReadText(ulong length)
    {
        byte[] bytes = ReadBytes(length);
        Spend(sizeof(char) * (long)length);
        return TryDecode(bytes);
    }

    /// <summary>Reads a line without its line feed: the name of a module or function.</summary>
    public string ReadLine()
    {
        Span<byte> bytes = stackalloc byte[MaxNameLength];
        for (int length = 0; length < MaxNameLength; length++)
        {
            byte value = ReadByte();
            if (value == (byte)'\n')
            {
                return TryDecode(bytes[..length]) ?? throw NoText();
            }
            bytes[length] = value;
        }
        throw new RefusedFileException($"a name in its pickle is longer than {MaxNameLength} bytes");
    }

    public void Skip(ulong length)
    {
        CheckLength(length);
        stream.Seek((long)length, SeekOrigin.Current);
    }

    private void CheckLength(ulong length)
    {
        if (length > (ulong)Remaining)
        {
            throw new RefusedFileException($"its pickle claims {length:N0} bytes where only {Remaining:N0} are left");
        }
    }

    private void Fill(Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw CutShort();
        }
    }

    private static string? TryDecode(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static RefusedFileException NoText() => new("a text in its pickle is not valid UTF-8");

    private static RefusedFileException CutShort() => new("its pickle is truncated");
}
