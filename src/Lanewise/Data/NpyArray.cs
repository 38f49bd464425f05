using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lanewise;

/// <summary>
/// An array of a NumPy file: the magic number, the version, the length of a header, the header (the text of a Python dictionary) and the
/// values. Source: numpy.lib.format. Objects, which are pickled, are refused.
/// </summary>
/// <param name="Type">The type of the values without their byte order, such as <c>u1</c>.</param>
/// <param name="IsBigEndian">Whether the values are big-endian.</param>
/// <param name="Sizes">The sizes, outermost first.</param>
/// <param name="Bytes">The values in row-major order.</param>
internal sealed partial record NpyArray(string Type, bool IsBigEndian, int[] Sizes, byte[] Bytes)
{
    private const int MaxHeader = 1 << 16;
    private const int FirstChunk = 4 << 20;

    private static readonly string[] Types = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"];

    /// <summary>Reads an array.</summary>
    /// <param name="stream">The content.</param>
    /// <param name="name">The array's name in messages.</param>
    /// <param name="maxBytes">The most bytes that its values may have.</param>
    /// <exception cref="DatasetException">It is no array of numbers in row-major order, truncated, or too long.</exception>
    public static NpyArray Read(Stream stream, string name, long maxBytes)
    {
        string header = ReadHeader(stream, name);
        var match = Header().Match(header);
        string type = match.Groups["type"].Value;
        if (!match.Success || !Types.Contains(type, StringComparer.Ordinal))
        {
            bool hasObjects = header.Contains("O'", StringComparison.Ordinal);
            string what = hasObjects ? "Python objects, which are not read" : "no array of plain numbers";
            throw Damaged($"{name}: holds {what}; save it as an array of whole numbers (images as uint8).");
        }

        if (match.Groups["order"].Value == "True")
        {
            throw Damaged($"{name}: its values are in Fortran's order; save numpy.ascontiguousarray(x).");
        }

        string[] sizes = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var bytes = (Int128)(type[1] - '0');
        int[] shape = new int[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            // The product stays below 2⁹⁴: both factors are bounded.
            bytes = int.TryParse(sizes[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i])
                ? Int128.Min(bytes, long.MaxValue) * shape[i] : Int128.MaxValue;
        }

        if (bytes > Math.Min(maxBytes, Array.MaxLength))
        {
            throw Damaged(
                $"{name}: its header promises an array of {string.Join('×', sizes)}, more than the file can hold; save it again.");
        }

        return new(type, match.Groups["endian"].Value == ">", shape, ReadValues(stream, (int)bytes, name));
    }

    /// <summary>Returns the values of an array of whole numbers.</summary>
    /// <exception cref="DatasetException">They are no whole numbers.</exception>
    public long[] ToIntegers(string name)
    {
        if (Type[0] == 'f')
        {
            throw Damaged($"{name}: holds fractions; labels are whole numbers.");
        }

        int width = Type[1] - '0';
        long[] values = new long[Bytes.Length / width];
        Span<byte> value = stackalloc byte[sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            var from = Bytes.AsSpan(i * width, width);
            from.CopyTo(value);
            if (IsBigEndian)
            {
                value[..width].Reverse();
            }

            bool isNegative = Type[0] == 'i' && value[width - 1] >= 0x80;
            value[width..].Fill(isNegative ? (byte)0xFF : (byte)0);
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(value);
        }

        return values;
    }

    private static string ReadHeader(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[8];
        Span<byte> length = stackalloc byte[sizeof(uint)];
        length.Clear();
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || start[0] != 0x93
            || !start[1..6].SequenceEqual("NUMPY"u8) || start[6] is not (1 or 2 or 3))
        {
            throw Damaged($"{name}: is no array of NumPy; save it with numpy.savez.");
        }

        int width = start[6] == 1 ? sizeof(ushort) : sizeof(uint);
        int got = stream.ReadAtLeast(length[..width], width, throwOnEndOfStream: false);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (got < width || bytes > MaxHeader)
        {
            throw Damaged($"{name}: its header is damaged; save it again.");
        }

        byte[] header = new byte[bytes];
        return stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            ? Encoding.UTF8.GetString(header)
            : throw Damaged($"{name}: its header is cut short; save it again.");
    }

    private static byte[] ReadValues(Stream stream, int expected, string name)
    {
        // Grows only with the data received, so that a forged header cannot claim memory.
        byte[] bytes = new byte[Math.Min(expected, FirstChunk)];
        int filled = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        while (filled == bytes.Length && filled < expected)
        {
            Array.Resize(ref bytes, (int)Math.Min(expected, filled * 4L));
            filled += stream.ReadAtLeast(bytes.AsSpan(filled), bytes.Length - filled, throwOnEndOfStream: false);
        }

        string holds = filled < expected ? filled.ToString("N0", CultureInfo.InvariantCulture) : "more";
        return filled == expected && stream.ReadByte() < 0 ? bytes : throw Damaged(string.Create(
            CultureInfo.InvariantCulture, $"{name}: its header promises {expected:N0} bytes, but it holds {holds}; save it again."));
    }

    private static DatasetException Damaged(string message) => new(message, DatasetError.Damaged);

    [GeneratedRegex(
        @"^\{'descr': '(?<endian>[<>|=])(?<type>[a-z]\d)', 'fortran_order': (?<order>True|False), "
            + @"'shape': \((?<shape>[\d, ]{0,200})\),? ?\}\s*$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
