namespace Lanewise;

/// <summary>Changes of an image that replace each level by another, in place; equal to those of Pillow's ImageOps.</summary>
internal static class PointOps
{
    private const int Levels = 256;
    private const int Max = 255;

    /// <summary>The bits of a level.</summary>
    public const int Bits = 8;

    /// <summary>Replaces each level by its complement.</summary>
    public static void Invert(in AugmentedImage image) => Solarize(image, 0);

    /// <summary>Inverts the levels from a threshold on.</summary>
    public static void Solarize(in AugmentedImage image, double threshold)
    {
        Span<byte> table = stackalloc byte[Levels];
        for (int i = 0; i < Levels; i++)
        {
            table[i] = (byte)(i < threshold ? i : Max - i);
        }

        Map(image.Pixels, table);
    }

    /// <summary>Adds to the levels below 128.</summary>
    public static void SolarizeAdd(in AugmentedImage image, int add)
    {
        Span<byte> table = stackalloc byte[Levels];
        for (int i = 0; i < Levels; i++)
        {
            table[i] = (byte)(i < Levels / 2 ? Math.Min(Max, i + add) : i);
        }

        Map(image.Pixels, table);
    }

    /// <summary>Keeps the highest bits of each level, 0 to 8.</summary>
    public static void Posterize(in AugmentedImage image, int bits)
    {
        byte mask = (byte)(Max << (Bits - bits));
        foreach (ref byte value in image.Pixels)
        {
            value &= mask;
        }
    }

    /// <summary>Stretches the levels of each channel to 0 to 255.</summary>
    public static void AutoContrast(in AugmentedImage image)
    {
        Span<byte> table = stackalloc byte[Levels];
        Span<int> counts = stackalloc int[Levels];
        for (int c = 0; c < image.Channels; c++)
        {
            var plane = image.Plane(c);
            Count(plane, counts);
            int low = counts.IndexOfAnyExcept(0), high = counts.LastIndexOfAnyExcept(0);
            if (high == low)
            {
                continue;
            }

            double scale = Max / (double)(high - low), offset = -low * scale;
            for (int i = 0; i < Levels; i++)
            {
                table[i] = (byte)Math.Clamp((int)(i * scale + offset), 0, Max);
            }

            Map(plane, table);
        }
    }

    /// <summary>Makes the levels of each channel about equally frequent.</summary>
    public static void Equalize(in AugmentedImage image)
    {
        Span<byte> table = stackalloc byte[Levels];
        Span<int> counts = stackalloc int[Levels];
        for (int c = 0; c < image.Channels; c++)
        {
            var plane = image.Plane(c);
            Count(plane, counts);
            int step = (plane.Length - counts[counts.LastIndexOfAnyExcept(0)]) / Max;
            if (step == 0)
            {
                continue;
            }

            int n = step / 2;
            for (int i = 0; i < Levels; i++)
            {
                table[i] = (byte)Math.Min(n / step, Max);
                n += counts[i];
            }

            Map(plane, table);
        }
    }

    /// <summary>Replaces each level by its entry in a table of 256.</summary>
    public static void Map(Span<byte> pixels, ReadOnlySpan<byte> table)
    {
        foreach (ref byte value in pixels)
        {
            value = table[value];
        }
    }

    private static void Count(ReadOnlySpan<byte> plane, Span<int> counts)
    {
        counts.Clear();
        foreach (byte value in plane)
        {
            counts[value]++;
        }
    }
}
