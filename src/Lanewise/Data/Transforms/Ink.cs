namespace Lanewise;

/// <summary>Separates ink from background and frames drawings as MNIST does.</summary>
/// <remarks>
/// MNIST has light ink on a dark background, scaled to a box of 20×20 and centred by mass in 28×28. Source: LeCun, Cortes and
/// Burges, the MNIST database of handwritten digits.
/// </remarks>
internal static class Ink
{
    /// <summary>The contrast below which an image counts as empty.</summary>
    private const int MinContrast = 16;

    /// <summary>Determines whether dark ink is on a light background, whose value is the median of the border.</summary>
    public static bool IsDarkOnLight(DecodedImage decoded)
    {
        int background = Background(decoded);
        var (min, max) = Range(decoded);
        return max - min >= MinContrast ? background - min > max - background : background > 127;
    }

    public static void Invert(DecodedImage decoded)
    {
        Span<byte> table = stackalloc byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = (byte)(255 - i);
        }
        decoded.Map(table);
    }

    /// <summary>Crops to the ink, scales and centres it; returns null if there is none.</summary>
    public static (DecodedImage Image, Box Cropped, Box Placed)? Frame(DecodedImage decoded, int width, int height)
    {
        int background = Background(decoded), max = Range(decoded).Max;
        if (max - background < MinContrast)
        {
            return null;
        }
        var ink = Bounds(decoded, (byte)(background + (max - background + 1) / 2));
        // Paper and strokes are less uniform than in MNIST: a fifth of the range at either end is clipped.
        Stretch(decoded, background + (max - background) / 5, max - (max - background) / 5);

        double scale = Math.Min(width, height) * 20.0 / 28 / Math.Max(ink.Width, ink.Height);
        int inkWidth = Math.Max(1, (int)Math.Round(ink.Width * scale)), inkHeight = Math.Max(1, (int)Math.Round(ink.Height * scale));
        var small = decoded.Resize(ink, inkWidth, inkHeight);
        // A thin stroke of a large image becomes pale when it is scaled down.
        Stretch(small, 0, Range(small).Max);
        // The mean centre of mass of MNIST's digits is the centre of pixel (14, 14), counted from 0: half a pixel past 28 / 2.
        var (x, y) = CentreOfMass(small);
        int left = Math.Clamp((int)Math.Round(width / 2.0 + 0.5 - x), 0, width - inkWidth);
        int top = Math.Clamp((int)Math.Round(height / 2.0 + 0.5 - y), 0, height - inkHeight);

        var result = new DecodedImage(1, width, height);
        for (int row = 0; row < inkHeight; row++)
        {
            small.Row(0, row).CopyTo(result.Row(0, top + row)[left..]);
        }
        return (result, ink, new Box(left, top, inkWidth, inkHeight));
    }

    private static int Background(DecodedImage decoded)
    {
        var counts = new int[256];
        for (int x = 0; x < decoded.Width; x++)
        {
            counts[decoded.Row(0, 0)[x]]++;
            counts[decoded.Row(0, decoded.Height - 1)[x]]++;
        }
        for (int y = 0; y < decoded.Height; y++)
        {
            counts[decoded.Row(0, y)[0]]++;
            counts[decoded.Row(0, y)[^1]]++;
        }
        int median = 0;
        for (int seen = counts[0]; seen < decoded.Width + decoded.Height; seen += counts[median])
        {
            median++;
        }
        return median;
    }

    private static (int Min, int Max) Range(DecodedImage decoded)
    {
        int min = 255, max = 0;
        foreach (byte value in decoded.Pixels)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }
        return (min, max);
    }

    private static Box Bounds(DecodedImage decoded, byte threshold)
    {
        int left = decoded.Width, right = -1, top = decoded.Height, bottom = -1;
        for (int y = 0; y < decoded.Height; y++)
        {
            var row = decoded.Row(0, y);
            int first = row.IndexOfAnyInRange(threshold, (byte)255);
            if (first >= 0)
            {
                left = Math.Min(left, first);
                right = Math.Max(right, row.LastIndexOfAnyInRange(threshold, (byte)255));
                top = Math.Min(top, y);
                bottom = y;
            }
        }
        return new Box(left, top, right - left + 1, bottom - top + 1);
    }

    private static void Stretch(DecodedImage decoded, int black, int white)
    {
        Span<byte> table = stackalloc byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = (byte)Math.Clamp((i - black) * 255 / Math.Max(1, white - black), 0, 255);
        }
        decoded.Map(table);
    }

    // In pixels from the left and top edges: the centre of the first pixel is at 0.5.
    private static (double X, double Y) CentreOfMass(DecodedImage decoded)
    {
        double mass = 0, sumX = 0, sumY = 0;
        for (int y = 0; y < decoded.Height; y++)
        {
            var row = decoded.Row(0, y);
            for (int x = 0; x < row.Length; x++)
            {
                mass += row[x];
                sumX += row[x] * (x + 0.5);
                sumY += row[x] * (y + 0.5);
            }
        }
        return mass > 0 ? (sumX / mass, sumY / mass) : (decoded.Width / 2.0, decoded.Height / 2.0);
    }
}
