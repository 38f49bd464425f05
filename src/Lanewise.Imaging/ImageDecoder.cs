using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Decodes PNG, JPEG, BMP, WEBP and GIF images from files, streams or bytes.</summary>
/// <remarks>
/// The EXIF orientation is applied, transparent pixels are composited on white, and of an animation the first frame is decoded. A
/// JPEG that is larger than needed is decoded at a reduced scale. The format is recognized by the content, not by the file's name.
/// Images from untrusted sources are safe to decode: at most 512 MB are read and 100 megapixels decoded, and an image whose header
/// promises more than its data can hold is refused before memory is allocated for it.
/// </remarks>
public static class ImageDecoder
{
    private const int JpegScales = 8;
    private const int White = 255, Black = 0;

    /// <summary>Decodes a file to an upright image.</summary>
    /// <param name="path">The image file.</param>
    /// <param name="options">The number of channels, and the size from which on it may be decoded at a smaller scale.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">The file is not an image, not a regular file, damaged or too large.</exception>
    public static DecodedImage Decode(string path, DecodeOptions options = default)
    {
        using var image = EncodedImage.Open(path);
        return Decode(image, options);
    }

    /// <summary>Decodes the rest of a stream to an upright image.</summary>
    /// <param name="stream">The bytes of an image file; the stream need not be seekable, and stays open.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <param name="options">The number of channels, and the size from which on it may be decoded at a smaller scale.</param>
    /// <exception cref="ImageFormatException">The stream is not an image, damaged or too large.</exception>
    public static DecodedImage Decode(Stream stream, string name = "the stream", DecodeOptions options = default)
    {
        using var image = EncodedImage.Read(stream, name);
        return Decode(image, options);
    }

    /// <summary>Decodes the bytes of an image file to an upright image.</summary>
    /// <param name="encoded">The bytes of an image file.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <param name="options">The number of channels, and the size from which on it may be decoded at a smaller scale.</param>
    /// <exception cref="ImageFormatException">The bytes are not an image, damaged or too large.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> encoded, string name = "the image", DecodeOptions options = default)
    {
        using var image = EncodedImage.Copy(encoded, name);
        return Decode(image, options);
    }

    /// <summary>Decodes an encoded image to an upright one.</summary>
    internal static DecodedImage Decode(EncodedImage image, DecodeOptions options)
    {
        string name = image.Name;
        var header = ImageHeader.Read(image.Bytes, name);
        using var codec = image.Decoder(header.Length);
        if (codec is null || codec.EncodedFormat != header.Format || codec.Info.Width != header.Width || codec.Info.Height != header.Height)
        {
            throw new ImageFormatException($"{name} is damaged: its header cannot be decoded. Copy or save it again.", name);
        }

        var size = header.Format == SKEncodedImageFormat.Jpeg ? ScaledSize(codec, options.MinSide ?? int.MaxValue) : codec.Info.Size;
        // Decoders of several scans need memory for all the pixels, whatever the scale.
        long pixels = header.NeedsAllPixels ? (long)header.Width * header.Height : (long)size.Width * size.Height;
        if (pixels > ImageLimits.MaxPixels)
        {
            throw new ImageFormatException($"{name} {ImageLimits.TooLarge(header.Width, header.Height).Message}", name);
        }

        // No colour space: the bytes stay as they are stored, as torchvision reads them.
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul)))
        {
            throw new ImageFormatException($"{name}: not enough memory for {size.Width}×{size.Height} pixels. Make it smaller.", name);
        }
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            string problem = result == SKCodecResult.IncompleteInput ? "is truncated" : "is damaged";
            throw new ImageFormatException($"{name} {problem}: only a part of the image could be decoded. Copy or save it again.", name);
        }
        return ToDecodedImage(bitmap, codec.EncodedOrigin, options.IsGrey ? 1 : 3);
    }

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

    private static DecodedImage ToDecodedImage(SKBitmap bitmap, SKEncodedOrigin origin, int channels)
    {
        var decoded = Composite(bitmap, origin, channels, White);
        // Light strokes on a transparent background would be invisible on white.
        if (channels == 1 && !decoded.Pixels.AsSpan().ContainsAnyExcept((byte)White))
        {
            decoded = Composite(bitmap, origin, channels, Black);
        }
        return decoded;
    }

    private static DecodedImage Composite(SKBitmap bitmap, SKEncodedOrigin origin, int channels, int background)
    {
        bool isTransposed = origin >= SKEncodedOrigin.LeftTop;
        int width = isTransposed ? bitmap.Height : bitmap.Width, height = isTransposed ? bitmap.Width : bitmap.Height;
        var decoded = new DecodedImage(channels, width, height);
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        // In any orientation, one step right or down in the upright image is a constant offset in the stored one.
        int start = Offset(bitmap, origin, 0, 0), right = Offset(bitmap, origin, 1, 0) - start, down = Offset(bitmap, origin, 0, 1) - start;
        for (int y = 0; y < height; y++)
        {
            Span<byte> first = decoded.Row(0, y);
            Span<byte> second = channels == 1 ? [] : decoded.Row(1, y), third = channels == 1 ? [] : decoded.Row(2, y);
            for (int x = 0; x < width; x++)
            {
                var pixel = pixels.Slice(start + y * down + x * right, 4);
                int alpha = pixel[3];
                int red = Over(pixel[0], alpha, background);
                int green = Over(pixel[1], alpha, background);
                int blue = Over(pixel[2], alpha, background);
                if (channels == 1)
                {
                    first[x] = DecodedImage.Luma(red, green, blue);
                    continue;
                }
                first[x] = (byte)red;
                second[x] = (byte)green;
                third[x] = (byte)blue;
            }
        }
        return decoded;
    }

    private static int Over(int value, int alpha, int background) => (value * alpha + background * (255 - alpha) + 127) / 255;

    private static int Offset(SKBitmap bitmap, SKEncodedOrigin origin, int x, int y)
    {
        var (column, row) = Source(origin, x, y, bitmap.Width - 1, bitmap.Height - 1);
        return row * bitmap.RowBytes + column * 4;
    }

    // Cameras store the image in the sensor's orientation and record how to display it (EXIF orientation).
    private static (int X, int Y) Source(SKEncodedOrigin origin, int x, int y, int right, int bottom) => origin switch
    {
        SKEncodedOrigin.TopRight => (right - x, y),
        SKEncodedOrigin.BottomRight => (right - x, bottom - y),
        SKEncodedOrigin.BottomLeft => (x, bottom - y),
        SKEncodedOrigin.LeftTop => (y, x),
        SKEncodedOrigin.RightTop => (y, bottom - x),
        SKEncodedOrigin.RightBottom => (right - y, bottom - x),
        SKEncodedOrigin.LeftBottom => (right - y, x),
        _ => (x, y),
    };
}
