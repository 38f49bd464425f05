using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Turns stored pixels of red, green, blue and alpha upright, on an opaque background.</summary>
/// <param name="storedWidth">The width as stored.</param>
/// <param name="storedHeight">The height as stored.</param>
/// <param name="rowBytes">The bytes from one stored row to the next.</param>
/// <param name="origin">Which corner of the upright image is stored first (EXIF orientation).</param>
/// <param name="isPremultiplied">Whether colours are multiplied by alpha.</param>
internal sealed class UprightPixels(int storedWidth, int storedHeight, int rowBytes, SKEncodedOrigin origin, bool isPremultiplied)
{
    private const int White = 255, Black = 0;

    /// <summary>Composites the pixels on white; a drawing that would be invisible there, on black.</summary>
    /// <param name="pixels">The stored pixels.</param>
    /// <param name="channels">1: grey; 3: red, green, blue.</param>
    public DecodedImage Decode(ReadOnlySpan<byte> pixels, int channels)
    {
        var decoded = Composite(pixels, channels, White);
        // Light strokes on a transparent background would be invisible on white.
        if (channels == 1 && !decoded.Pixels.AsSpan().ContainsAnyExcept((byte)White))
        {
            decoded = Composite(pixels, channels, Black);
        }
        return decoded;
    }

    private DecodedImage Composite(ReadOnlySpan<byte> pixels, int channels, int background)
    {
        bool isTransposed = origin >= SKEncodedOrigin.LeftTop;
        int width = isTransposed ? storedHeight : storedWidth, height = isTransposed ? storedWidth : storedHeight;
        var decoded = new DecodedImage(channels, width, height);
        // In any orientation, one step right or down in the upright image is a constant offset in the stored one.
        int start = Offset(0, 0), right = Offset(1, 0) - start, down = Offset(0, 1) - start;
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

    private int Over(int value, int alpha, int background) => isPremultiplied
        ? Math.Min(255, value + (background * (255 - alpha) + 127) / 255)
        : (value * alpha + background * (255 - alpha) + 127) / 255;

    private int Offset(int x, int y)
    {
        var (column, row) = Source(x, y, storedWidth - 1, storedHeight - 1);
        return row * rowBytes + column * 4;
    }

    // Cameras store the image in the sensor's orientation and record how to display it (EXIF orientation).
    private (int X, int Y) Source(int x, int y, int right, int bottom) => origin switch
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
