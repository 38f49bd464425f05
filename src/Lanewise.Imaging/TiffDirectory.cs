using System.Buffers.Binary;

namespace Lanewise.Imaging;

/// <summary>The first directory of a TIFF or BigTIFF file: numbers by their tags (TIFF 6.0, section 2).</summary>
internal sealed class TiffDirectory
{
    // The bytes of a value of each type; 0: no type of number.
    private static readonly byte[] Sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

    private readonly Dictionary<int, (int Type, long Count, int Offset)> _entries = [];
    private readonly bool _isLittleEndian, _isBig;
    private readonly int _length;

    /// <summary>Finds the entries, all of whose values lie in the file.</summary>
    /// <exception cref="InvalidDataException">An entry's values do not.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The directory does not lie in the file.</exception>
    public TiffDirectory(ReadOnlySpan<byte> bytes)
    {
        _length = bytes.Length;
        _isLittleEndian = bytes[0] == (byte)'I';
        _isBig = Number(bytes, 2, 2) == 43;
        int wide = _isBig ? 8 : 4, at = Position(Number(bytes, _isBig ? 8 : 4, wide));
        long count = Number(bytes, at, _isBig ? 8 : 2);
        at += _isBig ? 8 : 2;
        for (long i = 0; i < count; i++, at += 4 + 2 * wide)
        {
            int tag = (int)Number(bytes, at, 2), type = (int)Number(bytes, at + 2, 2);
            long values = Number(bytes, at + 4, wide);
            int size = type < Sizes.Length ? Sizes[type] : 0;
            if (values < 0 || values > bytes.Length)
            {
                throw Incomplete();
            }
            bool isInline = values * size <= wide;
            int offset = isInline ? at + 4 + wide : Position(Number(bytes, at + 4 + wide, wide));
            if (offset + values * size > bytes.Length)
            {
                throw Incomplete();
            }
            _entries.TryAdd(tag, (type, values, offset));
        }
    }

    public bool Has(int tag) => _entries.ContainsKey(tag);

    /// <summary>The number of values of a tag.</summary>
    public long Count(int tag) => _entries.GetValueOrDefault(tag).Count;

    /// <summary>Gets a value of a tag; the default if there is none.</summary>
    public long Value(ReadOnlySpan<byte> bytes, int tag, long missing, int index = 0)
    {
        if (!_entries.TryGetValue(tag, out var entry) || entry.Count <= index || entry.Type >= Sizes.Length || Sizes[entry.Type] == 0)
        {
            return missing;
        }
        int size = Sizes[entry.Type];
        return Number(bytes, entry.Offset + index * size, size);
    }

    private static InvalidDataException Incomplete() =>
        new("is truncated: its directory names data beyond its end. Copy or save it again.");

    private int Position(long offset) => offset >= 0 && offset < _length ? (int)offset : throw Incomplete();

    private long Number(ReadOnlySpan<byte> bytes, int at, int size)
    {
        var part = bytes.Slice(at, size);
        return size switch
        {
            1 => part[0],
            2 => _isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(part) : BinaryPrimitives.ReadUInt16BigEndian(part),
            4 => _isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(part) : BinaryPrimitives.ReadUInt32BigEndian(part),
            _ => _isLittleEndian ? BinaryPrimitives.ReadInt64LittleEndian(part) : BinaryPrimitives.ReadInt64BigEndian(part),
        };
    }
}
