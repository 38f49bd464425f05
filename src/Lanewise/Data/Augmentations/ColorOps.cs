using System.Buffers;

namespace Lanewise;

/// <summary>
/// Changes of brightness, contrast, saturation and sharpness, in place: <c>degenerate + factor · (image − degenerate)</c>, where the
/// degenerate image is black, of the mean grey level, grey, or smoothed. Equal to those of Pillow's ImageEnhance.
/// </summary>
internal static class ColorOps
{
    private const int Levels = 256;

    /// <summary>Changes the brightness: 0 is black, 1 the image, 2 twice as bright.</summary>
    public static void Brightness(in AugmentedImage image, float factor) => Toward(image, 0, factor);

    /// <summary>Changes the contrast: 0 is grey, 1 the image.</summary>
    public static void Contrast(in AugmentedImage image, float factor)
    {
        long sum = 0;
        if (image.Channels == 1)
        {
            foreach (byte value in image.Pixels)
            {
                sum += value;
            }
        }
        else
        {
            ReadOnlySpan<byte> red = image.Plane(0), green = image.Plane(1), blue = image.Plane(2);
            for (int i = 0; i < red.Length; i++)
            {
                sum += DecodedImage.Luma(red[i], green[i], blue[i]);
            }
        }

        Toward(image, (int)((double)sum / (image.Width * image.Height) + 0.5), factor);
    }

    /// <summary>Changes the saturation: 0 is grey, 1 the image. An image of one channel stays as it is.</summary>
    public static void Saturation(in AugmentedImage image, float factor)
    {
        if (image.Channels == 1)
        {
            return;
        }

        Span<byte> red = image.Plane(0), green = image.Plane(1), blue = image.Plane(2);
        for (int i = 0; i < red.Length; i++)
        {
            int grey = DecodedImage.Luma(red[i], green[i], blue[i]);
            red[i] = Blend(grey, red[i], factor);
            green[i] = Blend(grey, green[i], factor);
            blue[i] = Blend(grey, blue[i], factor);
        }
    }

    /// <summary>Changes the sharpness: 0 is smoothed by a 3×3 kernel, 1 the image. The border stays as it is.</summary>
    public static void Sharpness(in AugmentedImage image, float factor)
    {
        int width = image.Width;
        byte[] rented = ArrayPool<byte>.Shared.Rent(2 * width);
        Span<byte> above = rented.AsSpan(0, width), own = rented.AsSpan(width, width);
        for (int c = 0; c < image.Channels; c++)
        {
            image.Row(c, 0).CopyTo(above);
            for (int y = 1; y < image.Height - 1; y++)
            {
                // Rows are overwritten as they are computed; the one below is still that of the image.
                image.Row(c, y).CopyTo(own);
                SharpenRow(above, own, image.Row(c, y + 1), image.Row(c, y), factor);
                var previous = above;
                above = own;
                own = previous;
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Moves from a level to another by a factor, and on beyond it for factors above 1; rounds towards 0.</summary>
    private static byte Blend(int degenerate, int value, float factor) =>
        (byte)Math.Clamp((int)(degenerate + factor * (value - degenerate)), 0, 255);

    private static void SharpenRow(
        ReadOnlySpan<byte> above, ReadOnlySpan<byte> own, ReadOnlySpan<byte> below, Span<byte> to, float factor)
    {
        const int Center = 5, Sum = 13;
        for (int x = 1; x < own.Length - 1; x++)
        {
            int sum = above[x - 1] + above[x] + above[x + 1] + own[x - 1] + Center * own[x] + own[x + 1]
                + below[x - 1] + below[x] + below[x + 1];
            to[x] = Blend((2 * sum + Sum) / (2 * Sum), own[x], factor);
        }
    }

    private static void Toward(in AugmentedImage image, int level, float factor)
    {
        Span<byte> table = stackalloc byte[Levels];
        for (int i = 0; i < Levels; i++)
        {
            table[i] = Blend(level, i, factor);
        }

        PointOps.Map(image.Pixels, table);
    }
}
