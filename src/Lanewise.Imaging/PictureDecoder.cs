using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Decodes a picture file into planes of one (luma) or three channels (RGB), upright and on an opaque ground.</summary>
internal static class PictureDecoder
{
    private const int MaxPixels = 100_000_000;
    private const int MaxSide = 65_535;
    private const int White = 255, Black = 0;

    // Skia knows more formats, some of which take almost any file for a tiny picture.
    private static readonly SKEncodedImageFormat[] Formats =
    [
        SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Bmp,
        SKEncodedImageFormat.Webp, SKEncodedImageFormat.Gif,
    ];

    public static Raster Decode(Stream stream, string name, int channels)
    {
        using var codec = SKCodec.Create(stream, out _);
        if (codec is null || !Formats.Contains(codec.EncodedFormat))
        {
            throw new LanewiseException($"{name} is not a picture that can be read: give a PNG, JPEG, BMP, WEBP or GIF file.");
        }
        int width = codec.Info.Width, height = codec.Info.Height;
        if (width <= 0 || height <= 0 || Math.Max(width, height) > MaxSide || (long)width * height > MaxPixels)
        {
            throw new LanewiseException(
                $"{name} claims {width}×{height} pixels; at most {MaxPixels / 1_000_000} million are read, {MaxSide} a side. Make it smaller.");
        }

        // No colour space: the bytes stay as they are stored, as torchvision reads them.
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)))
        {
            throw new LanewiseException($"{name}: there is not enough memory for its {width}×{height} pixels. Make it smaller.");
        }
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            string why = result == SKCodecResult.IncompleteInput ? "is cut short" : "is damaged";
            throw new LanewiseException($"{name} {why}: only a part of the picture could be decoded. Copy or save it again.");
        }
        return ToRaster(bitmap, codec.EncodedOrigin, channels);
    }

    private static Raster ToRaster(SKBitmap bitmap, SKEncodedOrigin origin, int channels)
    {
        var raster = Composite(bitmap, origin, channels, White);
        // Light strokes on a transparent ground would vanish on white paper.
        if (channels == 1 && !raster.Pixels.AsSpan().ContainsAnyExcept((byte)White))
        {
            raster = Composite(bitmap, origin, channels, Black);
        }
        return raster;
    }

    private static Raster Composite(SKBitmap bitmap, SKEncodedOrigin origin, int channels, int ground)
    {
        bool turned = origin >= SKEncodedOrigin.LeftTop;
        int width = turned ? bitmap.Height : bitmap.Width, height = turned ? bitmap.Width : bitmap.Height;
        var raster = new Raster(channels, width, height);
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        // Whatever the turn, one step right or down in the upright picture is a fixed number of bytes in the stored one.
        int start = Offset(bitmap, origin, 0, 0), right = Offset(bitmap, origin, 1, 0) - start, down = Offset(bitmap, origin, 0, 1) - start;
        for (int y = 0; y < height; y++)
        {
            Span<byte> first = raster.Row(0, y), second = channels == 1 ? [] : raster.Row(1, y), third = channels == 1 ? [] : raster.Row(2, y);
            for (int x = 0; x < width; x++)
            {
                var pixel = pixels.Slice(start + y * down + x * right, 4);
                int alpha = pixel[3];
                int red = Over(pixel[0], alpha, ground), green = Over(pixel[1], alpha, ground), blue = Over(pixel[2], alpha, ground);
                if (channels == 1)
                {
                    // ITU-R 601 luma in 16-bit fixed point; grey stays exactly as it is.
                    first[x] = (byte)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
                    continue;
                }
                first[x] = (byte)red;
                second[x] = (byte)green;
                third[x] = (byte)blue;
            }
        }
        return raster;
    }

    private static int Over(int value, int alpha, int ground) => (value * alpha + ground * (255 - alpha) + 127) / 255;

    private static int Offset(SKBitmap bitmap, SKEncodedOrigin origin, int x, int y)
    {
        var (column, row) = Source(origin, x, y, bitmap.Width - 1, bitmap.Height - 1);
        return row * bitmap.RowBytes + column * 4;
    }

    // Cameras store the picture as the sensor saw it and note how it was held (EXIF orientation).
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
