using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Lanewise.Files;

namespace Lanewise.Data;

/// <summary>
/// Reads and writes IDX files, MNIST's format: two zero bytes, the type, the number of dimensions, their sizes as
/// big-endian 32-bit integers, then the values in row-major order. A gzipped file is recognised by its content.
/// </summary>
public static class IdxFile
{
    private const int MaxDimensions = 8;
    private const int FirstChunk = 4 << 20;

    // Deflate cannot shrink anything more than 1032 times.
    private const long MaxGzipRatio = 1032;

    /// <summary>Reads the file at <paramref name="path"/>.</summary>
    /// <param name="path">An IDX file, plain or gzipped.</param>
    /// <param name="remedy">What the reader of an error message should do, for example <c>download it again</c>.</param>
    /// <exception cref="LanewiseException">The file is missing, unreadable, no IDX file, cut short or too long.</exception>
    public static IdxArray Read(string path, string? remedy = null)
    {
        remedy ??= "get the file again";
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
            return Read(file, path, remedy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException(
                e is FileNotFoundException or DirectoryNotFoundException
                    ? $"{path}: there is no such file; {remedy}."
                    : $"{path}: cannot be read ({e.Message}); check the file and its permissions.", e);
        }
    }

    /// <summary>Writes <paramref name="array"/> to <paramref name="path"/>, not compressed, whole or not at all (<see cref="AtomicFile"/>).</summary>
    /// <exception cref="LanewiseException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The array's bytes are not as many as its sizes say.</exception>
    public static void Write(string path, IdxArray array)
    {
        if (Promised(array.Type, array.Sizes) != array.Bytes.Length)
        {
            throw new ArgumentException($"{array.Bytes.Length} bytes do not fill {string.Join('×', array.Sizes)} values of {array.Type}.", nameof(array));
        }
        AtomicFile.Write(path, file =>
        {
            file.Write(Header(array));
            file.Write(array.Bytes);
        });
    }

    /// <summary>The md5 of the file that holds <paramref name="array"/>, in lower-case hex digits.</summary>
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

    /// <summary>Opens <paramref name="path"/> for reading its content, uncompressed if it is gzipped.</summary>
    internal static Stream OpenContent(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        return IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static bool IsGzip(FileStream file)
    {
        bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip;
    }

    private static IdxArray Read(FileStream file, string path, string remedy)
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
            throw new LanewiseException($"{path}: the gzip data is damaged or cut short; {remedy}.", e);
        }
    }

    /// <summary>Reads header and values. <paramref name="most"/> is how many bytes the content can have at the very most.</summary>
    private static IdxArray Read(Stream content, string path, string remedy, long most)
    {
        var (type, sizes) = ReadHeader(content, path, remedy);
        int header = 4 + 4 * sizes.Length;
        long promised = Promised(type, sizes);
        bool plain = content is FileStream;
        if (promised > most - header && plain)
        {
            throw Mismatch(path, type, sizes, most - header, remedy);
        }
        if (promised > Math.Min(most - header, Array.MaxLength))
        {
            throw new LanewiseException(
                $"{path}: the header promises {Describe(type, sizes)} bytes, more than {(plain ? "one array can hold" : "a gzip file of this size can hold")}; {remedy}.");
        }
        byte[] bytes = new byte[plain ? promised : Math.Min(promised, FirstChunk)];
        int filled = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        while (filled == bytes.Length && filled < promised)
        {
            // What has arrived earns the next, larger piece; a header alone earns none.
            Array.Resize(ref bytes, (int)Math.Min(promised, filled * 4L));
            filled += content.ReadAtLeast(bytes.AsSpan(filled), bytes.Length - filled, throwOnEndOfStream: false);
        }
        if (filled < promised)
        {
            throw Mismatch(path, type, sizes, filled, remedy);
        }
        if (content.ReadByte() >= 0)
        {
            throw new LanewiseException($"{path}: the header promises {Describe(type, sizes)} bytes but the file holds more; {remedy}.");
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
            throw new LanewiseException(
                $"{path}: not an IDX file: {found}, not with 0000, a type from 08 to 0e and 1 to {MaxDimensions} dimensions; {remedy}.");
        }
        int[] sizes = new int[start[3]];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (content.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4)
            {
                throw new LanewiseException($"{path}: the file ends within its header, which should list {sizes.Length} sizes; {remedy}.");
            }
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(start);
            if (sizes[i] < 0)
            {
                throw new LanewiseException($"{path}: the header's size {i + 1} of {sizes.Length} is negative ({sizes[i]}); {remedy}.");
            }
        }
        return (type, sizes);
    }

    /// <summary>The bytes that the values take; <see cref="long.MaxValue"/> if no 64-bit number can say.</summary>
    private static long Promised(IdxType type, IReadOnlyList<int> sizes)
    {
        var bytes = (Int128)IdxArray.Width(type);
        foreach (int size in sizes)
        {
            bytes = Int128.Min(bytes, long.MaxValue) * size;
        }
        return (long)Int128.Min(bytes, long.MaxValue);
    }

    private static LanewiseException Mismatch(string path, IdxType type, int[] sizes, long holds, string remedy) => new(
        string.Create(CultureInfo.InvariantCulture,
            $"{path}: the header promises {Describe(type, sizes)} bytes but the file holds {holds:N0}; {remedy}."));

    private static string Describe(IdxType type, int[] sizes)
    {
        string width = IdxArray.Width(type) == 1 ? "" : $"×{IdxArray.Width(type)}";
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join('×', sizes)}{width} = {Promised(type, sizes):N0}");
    }
}
