using Lanewise.Graphs;
using Lanewise.IO;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Writes images, C×H×W bytes of one (grey) or three channels (RGB), as PNG files.</summary>
public static class ImageWriter
{
    private const int Gap = 2;
    private const int MaxPixels = 100_000_000;
    private static readonly SKColor GapColour = new(96, 96, 96);

    /// <summary>Writes one image, each pixel as a square of <paramref name="scale"/>×<paramref name="scale"/>.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The image does not fit the shape, or the shape has neither one nor three channels.</exception>
    public static void Write(string path, Shape shape, byte[] image, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        byte[] png = Encode(shape, image, scale);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>Encodes one image as PNG, each pixel as a square of <paramref name="scale"/>×<paramref name="scale"/>.</summary>
    /// <exception cref="ArgumentException">The image does not fit the shape, or the shape has neither one nor three channels.</exception>
    public static byte[] Encode(Shape shape, byte[] image, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        return EncodeGrid(shape, [image], columns: 1, scale, gap: 0);
    }

    /// <summary>Writes many images of one shape as one image: row by row, <paramref name="columns"/> in a row, with a narrow gap.</summary>
    /// <param name="path">The PNG file to make or replace.</param>
    /// <param name="shape">The shape of every image.</param>
    /// <param name="images">The images; at least one.</param>
    /// <param name="columns">The number of images per row.</param>
    /// <param name="scale">The side of the square that a pixel becomes.</param>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">An image does not fit the shape, or the sheet is empty or exceeds 100 megapixels.</exception>
    public static void WriteContactSheet(string path, Shape shape, IReadOnlyList<byte[]> images, int columns, int scale = 1)
    {
        byte[] sheet = EncodeContactSheet(shape, images, columns, scale);
        AtomicFile.Write(path, stream => stream.Write(sheet));
    }

    /// <summary>Encodes many images of one shape as one PNG image, with a gap of <paramref name="gap"/> pixels between them.</summary>
    /// <exception cref="ArgumentException">An image does not fit the shape, or the sheet is empty or exceeds 100 megapixels.</exception>
    public static byte[] EncodeContactSheet(Shape shape, IReadOnlyList<byte[]> images, int columns, int scale = 1, int gap = Gap) =>
        EncodeGrid(shape, images, columns, scale, gap);

    private static byte[] EncodeGrid(Shape shape, IReadOnlyList<byte[]> images, int columns, int scale, int gap)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        if (shape.Channels is not (1 or 3))
        {
            throw new ArgumentException($"An image has 1 or 3 channels, the shape {shape.Channels}.", nameof(shape));
        }
        if (images.Count == 0 || images.Any(image => image.Length != shape.Count))
        {
            throw new ArgumentException($"There must be at least one image, each of {shape.Count} bytes.", nameof(images));
        }

        columns = Math.Min(columns, images.Count);
        long rows = (images.Count + columns - 1) / columns;
        long width = columns * ((long)shape.Width * scale + gap) + gap, height = rows * ((long)shape.Height * scale + gap) + gap;
        if (width > MaxPixels / height)
        {
            string message = $"The sheet would have {width}×{height} pixels; choose a smaller scale or fewer images.";
            throw new ArgumentException(message, nameof(images));
        }

        using var bitmap = new SKBitmap(new SKImageInfo((int)width, (int)height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(GapColour);
        for (int i = 0; i < images.Count; i++)
        {
            int left = gap + i % columns * (shape.Width * scale + gap), top = gap + i / columns * (shape.Height * scale + gap);
            Draw(bitmap, shape, images[i], left, top, scale);
        }
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    private static void Draw(SKBitmap bitmap, Shape shape, ReadOnlySpan<byte> image, int left, int top, int scale)
    {
        var pixels = bitmap.GetPixelSpan();
        int green = shape.Channels == 3 ? shape.Pixels : 0;
        for (int y = 0; y < shape.Height * scale; y++)
        {
            var row = pixels.Slice((top + y) * bitmap.RowBytes + left * 4, shape.Width * scale * 4);
            for (int x = 0; x < shape.Width * scale; x++)
            {
                int i = y / scale * shape.Width + x / scale;
                row[4 * x] = image[i];
                row[4 * x + 1] = image[i + green];
                row[4 * x + 2] = image[i + 2 * green];
            }
        }
    }
}
