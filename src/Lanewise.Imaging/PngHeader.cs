using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Reads the chunks of a PNG file (ISO/IEC 15948).</summary>
internal static class PngHeader
{
    private const int SignatureBytes = 8, ChunkBytes = 12;

    // Deflate's shortest code of its longest match: 258 bytes in two bits.
    private const int MaxRatio = 1032;

    // Photographs and drawings compress less than this.
    private const int UsualRatio = 100;

    /// <summary>Reads size and depth, and compares them with the compressed data.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        var header = bytes.Slice(SignatureBytes + 8, 13);
        if (!bytes.Slice(SignatureBytes + 4, 4).SequenceEqual("IHDR"u8))
        {
            throw ImageLimits.Damaged("a PNG file begins with an IHDR chunk");
        }
        int width = BinaryPrimitives.ReadInt32BigEndian(header), height = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        ImageLimits.RequireSize(width, height);
        // The upper bounds of depth and colour type keep the product small; the decoder refuses combinations that do not exist.
        int samples = header[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        long needed = ((long)width * samples * header[8] + 7) / 8 * height;
        long data = 0;
        foreach (var chunk in new Chunks(bytes, "IDAT"u8))
        {
            data += chunk.Length;
        }
        ImageLimits.RequireData(needed, data * MaxRatio, width, height);
        if ((long)width * height > ImageLimits.FreePixels && needed > data * UsualRatio)
        {
            ImageLimits.RequireData(needed, Inflated(bytes, needed), width, height);
        }
        return new ImageHeader(SKEncodedImageFormat.Png, width, height, bytes.Length) { Orientation = Orientation(bytes) };
    }

    /// <summary>Reads the orientation of the eXIf chunk, which the decoder passes over; null if there is none.</summary>
    private static int? Orientation(ReadOnlySpan<byte> bytes)
    {
        foreach (var exif in new Chunks(bytes, "eXIf"u8))
        {
            try
            {
                return new TiffDirectory(exif).Value(exif, TiffHeader.OrientationTag, 1) is var value and >= 1 and <= 8 ? (int)value : null;
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException or IndexOutOfRangeException)
            {
                // As other programs do, damage in what only describes the image is passed over.
                return null;
            }
        }
        return null;
    }

    /// <summary>Counts the bytes to which the data expands, up to a limit.</summary>
    private static long Inflated(ReadOnlySpan<byte> bytes, long limit)
    {
        using var compressed = new MemoryStream();
        foreach (var chunk in new Chunks(bytes, "IDAT"u8))
        {
            compressed.Write(chunk);
        }
        compressed.Position = 0;
        using var inflater = new ZLibStream(compressed, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        long count = 0;
        try
        {
            for (int read = 1; read > 0 && count < limit; count += read)
            {
                read = inflater.Read(buffer);
            }
        }
        catch (InvalidDataException)
        {
            // What comes before the damage counts.
        }
        return count;
    }

    /// <summary>Enumerates the content of the chunks of a name.</summary>
    private ref struct Chunks(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        private readonly ReadOnlySpan<byte> _name = name;
        private ReadOnlySpan<byte> _rest = bytes[SignatureBytes..];

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly Chunks GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_rest.Length >= ChunkBytes)
            {
                uint length = BinaryPrimitives.ReadUInt32BigEndian(_rest);
                bool isSought = _rest.Slice(4, 4).SequenceEqual(_name);
                var content = _rest[8..];
                // The last chunk of a truncated file is shorter than it says.
                int held = (int)Math.Min(length, content.Length);
                _rest = content[Math.Min(held + 4, content.Length)..];
                if (isSought)
                {
                    Current = content[..held];
                    return true;
                }
            }
            return false;
        }
    }
}
