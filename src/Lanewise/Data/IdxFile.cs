using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Lanewise.IO;

namespace Lanewise;

/// <summary>
/// Reads and writes IDX files, MNIST's format: two zero bytes, the type, the number of dimensions, their sizes as big-endian 32-bit
/// integers, then the values in row-major order. Gzip is detected from the content.
/// </summary>
internal static class IdxFile
{
    private const int MaxDimensions = 8;
    private const int FirstChunk = 4 << 20;

    // Deflate compresses at most 1032-fold.
    private const long MaxGzipRatio = 1032;

    /// <summary>Reads a file.</summary>
    /// <param name="path">An IDX file, plain or gzipped.</param>
    /// <param name="remedy">What to do if the file is damaged, for messages, for example <c>download it again</c>.</param>
    /// <exception cref="FileAccessException">The file is missing or cannot be read.</exception>
    /// <exception cref="DatasetException">The file is not an IDX file, truncated or too long.</exception>
    public static IdxArray Read(string path, string? remedy = null)
    {
        remedy ??= "download it again";
        try
        {
            using var file = InputFile.Open(path, bufferBytes: 1 << 16);
            return Read(file, path, remedy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e);
        }
    }

    /// <summary>Writes <paramref name="array"/> to <paramref name="path"/>, uncompressed and atomically.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The number of bytes does not match the sizes.</exception>
    public static void Write(string path, IdxArray array)
    {
        if (ByteCount(array.Type, array.Sizes) != array.Bytes.Length)
        {
            throw new ArgumentException($"{array.Bytes.Length} bytes do not fill {string.Join('×', array.Sizes)} values of "
                + $"{array.Type}.", nameof(array));
        }
        AtomicFile.Write(path, file =>
        {
            file.Write(Header(array));
            file.Write(array.Bytes);
        });
    }

    /// <summary>Computes the md5 of the IDX file with the content <paramref name="array"/>, in lower-case hex digits.</summary>
    internal static string Md5(IdxArray array)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(Header(array));
        hash.AppendData(array.Bytes);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static byte[] Header(IdxArray array)
    {
        byte[] header = new byte[4 + 4 * array.Sizes.Count];
        header[2] = (byte)array.Type;
        header[3] = (byte)array.Sizes.Count;
        for (int i = 0; i < array.Sizes.Count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), array.Sizes[i]);
        }
        return header;
    }

    /// <summary>Opens a file for reading its content, decompressed if it is gzipped.</summary>
    internal static Stream OpenContent(string path)
    {
        var file = InputFile.Open(path, bufferBytes: 1 << 16);
        return IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static bool IsGzip(Stream file)
    {
        bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip;
    }

    private static IdxArray Read(Stream file, string path, string remedy)
    {
        if (!IsGzip(file))
        {
            return Read(file, path, remedy, file.Length);
        }
        try
        {
            using var content = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            return Read(content, path, remedy, file.Length * MaxGzipRatio);
        }
        catch (InvalidDataException e)
        {
            throw new DatasetException($"{path}: the gzip data is damaged or truncated; {remedy}.", DatasetError.Damaged, inner: e);
        }
    }

    /// <summary>Reads header and values from content of at most <paramref name="maxBytes"/> bytes.</summary>
    private static IdxArray Read(Stream content, string path, string remedy, long maxBytes)
    {
        var (type, sizes) = ReadHeader(content, path, remedy);
        int header = 4 + 4 * sizes.Length;
        long expected = ByteCount(type, sizes);
        bool plain = content is FileStream;
        if (expected > maxBytes - header && plain)
        {
            throw Mismatch(path, type, sizes, maxBytes - header, remedy);
        }
        if (expected > Math.Min(maxBytes - header, Array.MaxLength))
        {
            string limit = plain ? "one array can hold" : "a gzip file of this size can hold";
            throw Damaged($"{path}: the header promises {Describe(type, sizes)} bytes, more than {limit}; {remedy}.");
        }
        byte[] bytes = new byte[plain ? expected : Math.Min(expected, FirstChunk)];
        int filled = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        while (filled == bytes.Length && filled < expected)
        {
            // Grows only with the data received, so that a forged header cannot claim memory.
            Array.Resize(ref bytes, (int)Math.Min(expected, filled * 4L));
            filled += content.ReadAtLeast(bytes.AsSpan(filled), bytes.Length - filled, throwOnEndOfStream: false);
        }
        if (filled < expected)
        {
            throw Mismatch(path, type, sizes, filled, remedy);
        }
        if (content.ReadByte() >= 0)
        {
            throw Damaged($"{path}: the header promises {Describe(type, sizes)} bytes but the file holds more; {remedy}.");
        }
        return new IdxArray(type, sizes, bytes);
    }

    private static (IdxType Type, int[] Sizes) ReadHeader(Stream content, string path, string remedy)
    {
        Span<byte> start = stackalloc byte[4];
        int got = content.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        var type = (IdxType)start[2];
        if (got < 4 || start[0] != 0 || start[1] != 0 || !Enum.IsDefined(type) || start[3] is 0 or > MaxDimensions)
        {
            string found = got == 0 ? "it is empty" : $"it starts with {Convert.ToHexStringLower(start[..got])}";
            throw Damaged($"{path}: not an IDX file: {found}, not with 0000, a type from 08 to 0e and 1 to {MaxDimensions} "
                + $"dimensions; {remedy}.");
        }
        int[] sizes = new int[start[3]];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (content.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4)
            {
                throw Damaged($"{path}: the file ends within its header, which should list {sizes.Length} sizes; {remedy}.");
            }
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(start);
            if (sizes[i] < 0)
            {
                throw Damaged($"{path}: the header's size {i + 1} of {sizes.Length} is negative ({sizes[i]}); {remedy}.");
            }
        }
        return (type, sizes);
    }

    /// <summary>Computes the number of bytes of the values, clamped to <see cref="long.MaxValue"/>.</summary>
    private static long ByteCount(IdxType type, IReadOnlyList<int> sizes)
    {
        var bytes = (Int128)IdxArray.Width(type);
        foreach (int size in sizes)
        {
            bytes = Int128.Min(bytes, long.MaxValue) * size;
        }
        return (long)Int128.Min(bytes, long.MaxValue);
    }

    private static DatasetException Damaged(string message) => new(message, DatasetError.Damaged);

    private static DatasetException Mismatch(string path, IdxType type, int[] sizes, long holds, string remedy) => Damaged(
        string.Create(CultureInfo.InvariantCulture,
            $"{path}: the header promises {Describe(type, sizes)} bytes but the file holds {holds:N0}; {remedy}."));

    private static string Describe(IdxType type, int[] sizes)
    {
        string width = IdxArray.Width(type) == 1 ? "" : $"×{IdxArray.Width(type)}";
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join('×', sizes)}{width} = {ByteCount(type, sizes):N0}");
    }
}
