namespace Lanewise.Imaging;

/// <summary>What the first directory of a TIFF file promises, compared with what its bytes can hold.</summary>
/// <param name="Width">The width in pixels, as stored.</param>
/// <param name="Height">The height in pixels, as stored.</param>
/// <param name="Orientation">The orientation tag, 1 to 8.</param>
/// <param name="IsFax">Whether the data is compressed as a fax, whose decoder replaces damaged rows.</param>
internal sealed record TiffHeader(int Width, int Height, int Orientation, bool IsFax)
{
    /// <summary>The orientation's tag, which EXIF shares.</summary>
    public const int OrientationTag = 274;

    private const int WidthTag = 256, HeightTag = 257, BitsTag = 258, CompressionTag = 259, PhotometricTag = 262, OffsetsTag = 273,
        SamplesTag = 277, RowsTag = 278, CountsTag = 279, PlanarTag = 284, TileWidthTag = 322, TileHeightTag = 323,
        TileOffsetsTag = 324, TileCountsTag = 325, FormatTag = 339, DngTag = 50_706;

    // By TIFF's numbers: colours, compressions. The largest ratios are those of the methods; a row of a fax may take a bit.
    private const int YCbCr = 6;
    private const int Plain = 1, Lzw = 5, Jpeg = 7, Deflate = 8, OldDeflate = 32_946, PackBits = 32_773;
    private const int LzwRatio = 1365, DeflateRatio = 1032, PackBitsRatio = 64, JpegRatio = 512, FaxRatio = 8192;

    private const int MaxSamples = 8, MaxScansOfPart = 12;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="InvalidDataException">The image is damaged, too large or of a kind that is not supported.</exception>
    public static TiffHeader Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var directory = new TiffDirectory(bytes);
            if (directory.Has(DngTag) || bytes[8..].StartsWith("CR\u0002"u8))
            {
                throw new InvalidDataException("is a camera's raw file, which is not supported. Export it as JPEG or PNG.");
            }
            long width = directory.Value(bytes, WidthTag, 0), height = directory.Value(bytes, HeightTag, 0);
            ImageLimits.RequireSize((int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue));
            long compression = directory.Value(bytes, CompressionTag, Plain);
            RequireSupported(directory, bytes, compression);
            RequireData(directory, bytes, (int)width, (int)height, compression);
            long orientation = directory.Value(bytes, OrientationTag, 1);
            return new((int)width, (int)height, orientation is >= 1 and <= 8 ? (int)orientation : 1, compression is >= 2 and <= 4);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("is truncated: its directory is incomplete. Copy or save it again.", e);
        }
    }

    private static void RequireSupported(TiffDirectory directory, ReadOnlySpan<byte> bytes, long compression)
    {
        long bits = directory.Value(bytes, BitsTag, 1), format = directory.Value(bytes, FormatTag, 1);
        string? problem = compression is not (>= Plain and <= Lzw or Jpeg or Deflate or OldDeflate or PackBits)
            ? $"compression {compression}"
            : format is 2 or 3 or 5 or 6 ? $"{bits}-bit {(format is 3 or 6 ? "floating-point" : "signed")} samples"
            : bits is not (1 or 2 or 4 or 8 or 16) ? $"{bits} bits a sample"
            : directory.Value(bytes, SamplesTag, 1) is var samples and not (>= 1 and <= MaxSamples) ? $"{samples} samples a pixel"
            : null;
        if (problem is not null)
        {
            throw new InvalidDataException(
                $"is a TIFF with {problem}, which is not supported. Save it with 8 or 16 unsigned bits a sample, by LZW, deflate or JPEG.");
        }
    }

    /// <summary>Refuses pixels that the strips or tiles cannot describe, and tiles far larger than the image.</summary>
    private static void RequireData(TiffDirectory directory, ReadOnlySpan<byte> bytes, int width, int height, long compression)
    {
        bool isTiled = directory.Has(TileWidthTag);
        long partWidth = isTiled ? directory.Value(bytes, TileWidthTag, 0) : width;
        long partHeight = isTiled ? directory.Value(bytes, TileHeightTag, 0) : directory.Value(bytes, RowsTag, height);
        partHeight = isTiled ? partHeight : Math.Min(partHeight, height);
        ImageLimits.RequireSides((int)Math.Min(partWidth, int.MaxValue), (int)Math.Min(partHeight, int.MaxValue));

        long samples = directory.Value(bytes, SamplesTag, 1), bits = directory.Value(bytes, BitsTag, 1);
        long planes = directory.Value(bytes, PlanarTag, 1) == 2 ? samples : 1;
        long across = (width + partWidth - 1) / partWidth, down = (height + partHeight - 1) / partHeight;
        int offsets = isTiled ? TileOffsetsTag : OffsetsTag, counts = isTiled ? TileCountsTag : CountsTag;
        if (across * down * planes > directory.Count(offsets))
        {
            throw ImageLimits.Damaged($"it has {directory.Count(offsets)} strips or tiles instead of {across * down * planes}");
        }
        if (across * partWidth * down * partHeight - (long)width * height > ImageLimits.FreePixels)
        {
            throw ImageLimits.Damaged($"its tiles have {partWidth}×{partHeight} pixels");
        }

        long held = HeldBytes(directory, bytes, counts);
        // Colour differences may be stored for a few pixels together.
        bool isSubsampled = directory.Value(bytes, PhotometricTag, 1) == YCbCr;
        long row = ((long)width * bits * (isSubsampled ? 1 : samples) + 7) / 8;
        if (compression == Plain)
        {
            ImageLimits.RequireData(row * height, held, width, height);
            return;
        }
        long ratio = compression switch
        {
            Lzw => LzwRatio,
            Jpeg => JpegRatio,
            Deflate or OldDeflate => DeflateRatio,
            PackBits => PackBitsRatio,
            _ => FaxRatio,
        };
        ImageLimits.RequireData(row * height - ImageLimits.FreePixels, held * ratio, width, height);
        if (compression == Jpeg && bytes.Count((ReadOnlySpan<byte>)[0xFF, 0xDA]) > MaxScansOfPart * across * down * planes)
        {
            throw ImageLimits.Damaged("its JPEG data has far more scans than an encoder writes");
        }
    }

    /// <summary>Counts the bytes of the strips or tiles; those that lie over each other count once.</summary>
    private static long HeldBytes(TiffDirectory directory, ReadOnlySpan<byte> bytes, int tag)
    {
        if (!directory.Has(tag))
        {
            return bytes.Length;
        }
        long held = 0;
        for (int i = 0; i < directory.Count(tag); i++)
        {
            long count = directory.Value(bytes, tag, 0, i);
            if (count < 0 || count > bytes.Length)
            {
                throw new InvalidDataException("is truncated: a strip or tile lies beyond its end. Copy or save it again.");
            }
            held += count;
        }
        return Math.Min(held, bytes.Length);
    }
}
