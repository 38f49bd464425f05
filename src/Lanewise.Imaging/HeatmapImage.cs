using Lanewise.Data.Transforms;
using Lanewise.Graphs;

namespace Lanewise.Imaging;

/// <summary>
/// Heat, values from 0 to 1, as PNG images. Colours go from dark violet over green to bright yellow (after viridis: Smith and van
/// der Walt 2015); the higher the lighter, so that they read without colour too.
/// </summary>
public static class HeatmapImage
{
    // Of an overlay's pixel, the rest is the image's grey.
    private const float HeatShare = 0.55f;

    private static readonly (byte Red, byte Green, byte Blue)[] Colours =
    [
        (68, 1, 84), (72, 40, 120), (62, 74, 137), (49, 104, 142), (38, 130, 142),
        (31, 158, 137), (53, 183, 121), (110, 206, 88), (181, 222, 43), (253, 231, 37),
    ];

    /// <summary>Heat alone.</summary>
    /// <param name="heat">[row][column], 0 to 1; what lies outside is taken for the nearest of the two, NaN for 0.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="scale">The side of the square that a value becomes.</param>
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

    /// <summary>Heat over an image, which becomes grey, so that all colour is heat.</summary>
    /// <param name="shape">C×H×W of the image, with one channel or three.</param>
    /// <param name="image">The image.</param>
    /// <param name="heat">As in <see cref="Encode"/>, for each pixel of the enlarged image: (H·scale)×(W·scale).</param>
    /// <param name="scale">The side of the square that a pixel of the image becomes.</param>
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

    /// <summary>A colour's red, green or blue, between the two nearest of the table.</summary>
    private static float Level(float heat, int channel)
    {
        float place = float.IsNaN(heat) ? 0 : Math.Clamp(heat, 0, 1) * (Colours.Length - 1);
        int below = Math.Min((int)place, Colours.Length - 2);
        return Of(Colours[below]) + (Of(Colours[below + 1]) - Of(Colours[below])) * (place - below);

        float Of((byte Red, byte Green, byte Blue) colour) => channel switch { 0 => colour.Red, 1 => colour.Green, _ => colour.Blue };
    }
}
