namespace Lanewise;

/// <summary>Changes of hue, by Pillow's conversions to hue, saturation and value of 8 bits each, and back.</summary>
internal static class HueOp
{
    /// <summary>Turns the hue of an image in place; an image of one channel stays as it is.</summary>
    /// <param name="image">The image.</param>
    /// <param name="turn">The part of a whole turn, −0.5 to 0.5.</param>
    public static void Apply(in AugmentedImage image, double turn)
    {
        if (image.Channels == 1)
        {
            return;
        }

        byte shift = unchecked((byte)(int)(turn * 255));
        Span<byte> red = image.Plane(0), green = image.Plane(1), blue = image.Plane(2);
        for (int i = 0; i < red.Length; i++)
        {
            int max = Math.Max(red[i], Math.Max(green[i], blue[i])), min = Math.Min(red[i], Math.Min(green[i], blue[i]));
            if (max == min)
            {
                continue;
            }

            byte hue = unchecked((byte)(Hue(red[i], green[i], blue[i], max, max - min) + shift));
            byte saturation = (byte)((float)(max - min) / max * 255.0);
            (red[i], green[i], blue[i]) = Rgb(hue, saturation, (byte)max);
        }
    }

    private static byte Hue(int red, int green, int blue, int max, int range)
    {
        float r = (max - red) / (float)range, g = (max - green) / (float)range, b = (max - blue) / (float)range;
        float sixths = red == max ? b - g : green == max ? (float)(2.0 + r - b) : (float)(4.0 + g - r);
        float turn = (float)((sixths / 6.0 + 1.0) % 1.0);
        return (byte)(turn * 255.0);
    }

    private static (byte Red, byte Green, byte Blue) Rgb(byte hue, byte saturation, byte value)
    {
        double sixths = hue * 6.0 / 255.0;
        int sector = (int)sixths;
        float rest = (float)(sixths - sector), s = (float)(saturation / 255.0);
        byte p = Round(value * (1.0 - s)), q = Round(value * (1.0 - s * rest)), t = Round(value * (1.0 - s * (1.0 - rest)));
        return (sector % 6) switch
        {
            0 => (value, t, p),
            1 => (q, value, p),
            2 => (p, value, t),
            3 => (p, q, value),
            4 => (t, p, value),
            _ => (value, p, q),
        };
    }

    private static byte Round(double value) => (byte)(value + 0.5);
}
