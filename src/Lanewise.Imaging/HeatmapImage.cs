namespace Lanewise.Imaging;

/// <summary>Encodes heat maps, values from 0 to 1, as PNG images in viridis colours.</summary>
/// <remarks>
/// The colours run from dark violet over green to bright yellow (viridis: Smith and van der Walt 2015); higher values are lighter, so
/// the images can be read without colour.
/// </remarks>
public static class HeatmapImage
{
    // The weight of the heat map in an overlay; the rest is the greyscale image.
    private const float HeatShare = 0.55f;

    private static readonly (byte Red, byte Green, byte Blue)[] Colours =
    [
        (68, 1, 84), (72, 40, 120), (62, 74, 137), (49, 104, 142), (38, 130, 142),
        (31, 158, 137), (53, 183, 121), (110, 206, 88), (181, 222, 43), (253, 231, 37),
    ];

    /// <summary>Encodes a heat map.</summary>
    /// <param name="heat">The values, [row][column], clamped to 0 to 1; NaN is 0.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="scale">The side of the square that a value becomes, in pixels. Default: 1.</param>
    /// <returns>The PNG file's bytes.</returns>
    public static byte[] Encode(float[] heat, int height, int width, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(heat);
        byte[] colours = new byte[3 * heat.Length];
        for (int c = 0; c < 3; c++)
        {
            for (int i = 0; i < heat.Length; i++)
            {
                colours[c * heat.Length + i] = (byte)MathF.Round(Level(heat[i], c));
            }
        }

        return ImageWriter.Encode(new Shape(3, height, width), colours, scale);
    }

    /// <summary>Encodes a heat map over the greyscale version of an image.</summary>
    /// <param name="shape">The image's shape (C, H, W), with one or three channels.</param>
    /// <param name="image">The image's bytes, C·H·W.</param>
    /// <param name="heat">One value for each pixel of the enlarged image, (H·scale)×(W·scale), clamped to 0 to 1; NaN is 0.</param>
    /// <param name="scale">The side of the square that a pixel of the image becomes, in pixels.</param>
    /// <returns>The PNG file's bytes.</returns>
    public static byte[] EncodeOverlay(Shape shape, byte[] image, float[] heat, int scale)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(heat);
        var decoded = new DecodedImage(shape.Channels, shape.Width, shape.Height);
        image.CopyTo(decoded.Pixels, 0);
        byte[] grey = decoded.ToGrey().Pixels;
        int width = shape.Width * scale;
        byte[] mixed = new byte[3 * heat.Length];
        for (int c = 0; c < 3; c++)
        {
            for (int i = 0; i < heat.Length; i++)
            {
                byte under = grey[i / width / scale * shape.Width + i % width / scale];
                mixed[c * heat.Length + i] = (byte)MathF.Round(HeatShare * Level(heat[i], c) + (1 - HeatShare) * under);
            }
        }

        return ImageWriter.Encode(new Shape(3, shape.Height * scale, width), mixed);
    }

    /// <summary>Gets red, green or blue of a value, interpolated between the two nearest colours of the table.</summary>
    private static float Level(float heat, int channel)
    {
        float position = float.IsNaN(heat) ? 0 : Math.Clamp(heat, 0, 1) * (Colours.Length - 1);
        int below = Math.Min((int)position, Colours.Length - 2);
        return Of(Colours[below]) + (Of(Colours[below + 1]) - Of(Colours[below])) * (position - below);

        float Of((byte Red, byte Green, byte Blue) colour) => channel switch { 0 => colour.Red, 1 => colour.Green, _ => colour.Blue };
    }
}
