using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Decodes PNG, JPEG, BMP, WEBP and GIF by SkiaSharp.</summary>
internal static class SkiaDecoder
{
    private const int JpegScales = 8, TailBytes = 4096;

    // What follows the data of a JPEG without its end: nothing, or two kinds of other data.
    private static readonly byte[][] Tails =
    [
        [0xFF, 0xD9], [.. Enumerable.Repeat((byte)0xFE, TailBytes), 0xFF, 0xD9], [.. Enumerable.Repeat((byte)0x5A, TailBytes), 0xFF, 0xD9],
    ];

    /// <summary>Decodes an image, upright and on white.</summary>
    /// <exception cref="InvalidDataException">The image is damaged or too large; the message continues the file's name.</exception>
    public static DecodedImage Decode(EncodedImage image, ImageKind kind, DecodeOptions options)
    {
        var header = ImageHeader.Read(image.Bytes, kind);
        using var bitmap = new SKBitmap();
        SKEncodedOrigin origin;
        if (header.LacksEnd)
        {
            origin = Pixels(image, header, options, bitmap, Tails[0]);
            RequireAllRows(image, header, options, bitmap);
        }
        else
        {
            origin = Pixels(image, header, options, bitmap, tail: null);
        }
        var upright = new UprightPixels(
            bitmap.Width, bitmap.Height, bitmap.RowBytes, header.Orientation is { } tag ? (SKEncodedOrigin)tag : origin, false);
        var decoded = upright.Decode(bitmap.GetPixelSpan(), options.IsGrey ? 1 : 3);
        return header.Notice is null ? decoded
            : new DecodedImage(decoded.Channels, decoded.Width, decoded.Height, decoded.Pixels) { Notice = header.Notice };
    }

    /// <summary>Decodes the pixels as they are stored, and returns their orientation.</summary>
    private static SKEncodedOrigin Pixels(EncodedImage image, ImageHeader header, DecodeOptions options, SKBitmap bitmap, byte[]? tail)
    {
        using var codec = image.Decoder(header.Length, tail);
        if (codec is null || codec.EncodedFormat != header.Format || codec.Info.Width != header.Width || codec.Info.Height != header.Height)
        {
            throw new InvalidDataException("is damaged: its header cannot be decoded. Copy or save it again.");
        }

        var size = header.Format == SKEncodedImageFormat.Jpeg ? ScaledSize(codec, options.MinSide ?? int.MaxValue) : codec.Info.Size;
        // Decoders of several scans need memory for all the pixels, whatever the scale.
        long pixels = header.NeedsAllPixels ? (long)header.Width * header.Height : (long)size.Width * size.Height;
        if (pixels > ImageLimits.MaxPixels)
        {
            throw ImageLimits.TooLarge(header.Width, header.Height);
        }

        // No colour space: the bytes stay as they are stored, as torchvision reads them.
        if (!bitmap.TryAllocPixels(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul)))
        {
            throw new InvalidDataException($": not enough memory for {size.Width}×{size.Height} pixels. Make it smaller.");
        }
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw Partial(result == SKCodecResult.IncompleteInput);
        }
        return codec.EncodedOrigin;
    }

    /// <summary>Refuses a JPEG without its end whose pixels depend on what would have followed: rows are missing.</summary>
    private static void RequireAllRows(EncodedImage image, ImageHeader header, DecodeOptions options, SKBitmap bitmap)
    {
        foreach (byte[] tail in Tails.AsSpan(1))
        {
            using var other = new SKBitmap();
            Pixels(image, header, options, other, tail);
            if (!other.GetPixelSpan().SequenceEqual(bitmap.GetPixelSpan()))
            {
                throw Partial(isTruncated: true);
            }
        }
    }

    private static InvalidDataException Partial(bool isTruncated) =>
        new($"is {(isTruncated ? "truncated" : "damaged")}: only a part of the image could be decoded. Copy or save it again.");

    /// <summary>Gets the smallest size at which a JPEG can be decoded with a shorter side of at least <paramref name="minSide"/>.</summary>
    private static SKSizeI ScaledSize(SKCodec codec, int minSide)
    {
        for (int eighths = 1; eighths < JpegScales; eighths++)
        {
            var size = codec.GetScaledDimensions(eighths / (float)JpegScales);
            if (Math.Min(size.Width, size.Height) >= minSide)
            {
                return size;
            }
        }
        return codec.Info.Size;
    }
}
