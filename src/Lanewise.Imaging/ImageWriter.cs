using Lanewise.IO;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Writes images of one channel (greyscale) or three (RGB) as PNG files.</summary>
public static class ImageWriter
{
    private const int Gap = 2;
    private const int MaxPixels = 100_000_000;
    private static readonly SKColor GapColour = new(96, 96, 96);

    /// <summary>Writes one image, each pixel as a square of <paramref name="scale"/>×<paramref name="scale"/>.</summary>
    /// <param name="path">The PNG file to create or replace.</param>
    /// <param name="shape">The image's shape (C, H, W).</param>
    /// <param name="image">The image's bytes, C·H·W.</param>
    /// <param name="scale">The side of the square that a pixel becomes, in pixels. Default: 1.</param>
    /// <exception cref="LanewiseException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">
    /// The image's length is not that of the shape, or the shape has neither one nor three channels.
    /// </exception>
    public static void Write(string path, Shape shape, byte[] image, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        byte[] png = Encode(shape, image, scale);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>Encodes one image as PNG, each pixel as a square of <paramref name="scale"/>×<paramref name="scale"/>.</summary>
    /// <param name="shape">The image's shape (C, H, W).</param>
    /// <param name="image">The image's bytes, C·H·W.</param>
    /// <param name="scale">The side of the square that a pixel becomes, in pixels. Default: 1.</param>
    /// <returns>The PNG file's bytes.</returns>
    /// <exception cref="ArgumentException">
    /// The image's length is not that of the shape, or the shape has neither one nor three channels.
    /// </exception>
    public static byte[] Encode(Shape shape, byte[] image, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        return EncodeGrid(shape, [image], columns: 1, scale, gap: 0);
    }

    /// <summary>Writes many images of one shape as a contact sheet, row by row with narrow gaps.</summary>
    /// <param name="path">The PNG file to create or replace.</param>
    /// <param name="shape">The shape of every image (C, H, W).</param>
    /// <param name="images">The images' bytes, at least one image.</param>
    /// <param name="columns">The number of images in a row.</param>
    /// <param name="scale">The side of the square that a pixel becomes, in pixels. Default: 1.</param>
    /// <exception cref="LanewiseException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">
    /// An image's length is not that of the shape, or the sheet is empty or larger than 100 megapixels.
    /// </exception>
    public static void WriteContactSheet(string path, Shape shape, IReadOnlyList<byte[]> images, int columns, int scale = 1)
    {
        byte[] sheet = EncodeContactSheet(shape, images, columns, scale);
        AtomicFile.Write(path, stream => stream.Write(sheet));
    }

    /// <summary>Encodes many images of one shape as a contact sheet, row by row.</summary>
    /// <param name="shape">The shape of every image (C, H, W).</param>
    /// <param name="images">The images' bytes, at least one image.</param>
    /// <param name="columns">The number of images in a row.</param>
    /// <param name="scale">The side of the square that a pixel becomes, in pixels. Default: 1.</param>
    /// <param name="gap">The gap between images, in pixels. Default: 2.</param>
    /// <returns>The PNG file's bytes.</returns>
    /// <exception cref="ArgumentException">
    /// An image's length is not that of the shape, or the sheet is empty or larger than 100 megapixels.
    /// </exception>
    public static byte[] EncodeContactSheet(Shape shape, IReadOnlyList<byte[]> images, int columns, int scale = 1, int gap = Gap) =>
        EncodeGrid(shape, images, columns, scale, gap);

    private static byte[] EncodeGrid(Shape shape, IReadOnlyList<byte[]> images, int columns, int scale, int gap)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        if (shape.Channels is not (1 or 3))
        {
            throw new ArgumentException($"An image must have 1 or 3 channels, not {shape.Channels}.", nameof(shape));
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
            throw new ArgumentException(
                $"The sheet would have {width}×{height} pixels; choose a smaller scale or fewer images.", nameof(images));
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
