using Lanewise.Data.Transforms;

namespace Lanewise.Imaging;

/// <summary>
/// Light ink on a dark ground, as MNIST has it: tells an image's ground from its ink and frames the ink as MNIST does (a 20×20
/// box, centred by mass in 28×28). Source: LeCun, Cortes and Burges, the MNIST database.
/// </summary>
internal static class Ink
{
    /// <summary>An image whose darkest and lightest value differ by less is taken for empty.</summary>
    private const int MinContrast = 16;

    /// <summary>Whether the ground (the border's median) is light and the ink dark: the darkest value is farther from it.</summary>
    public static bool IsDarkOnLight(DecodedImage decoded)
    {
        int ground = Ground(decoded);
        var (least, most) = Range(decoded);
        return most - least >= MinContrast ? ground - least > most - ground : ground > 127;
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

    /// <summary>Frames the ink; null when there is none.</summary>
    public static (DecodedImage DecodedImage, Box Cropped, Box Placed)? Frame(DecodedImage decoded, int width, int height)
    {
        int ground = Ground(decoded), most = Range(decoded).Max;
        if (most - ground < MinContrast)
        {
            return null;
        }
        var ink = Bounds(decoded, (byte)(ground + (most - ground + 1) / 2));
        // Paper is never as even as MNIST's ground, nor a pen's stroke as its ink.
        Stretch(decoded, ground + (most - ground) / 5, most - (most - ground) / 5);

        double scale = Math.Min(width, height) * 20.0 / 28 / Math.Max(ink.Width, ink.Height);
        int inkWidth = Math.Max(1, (int)Math.Round(ink.Width * scale)), inkHeight = Math.Max(1, (int)Math.Round(ink.Height * scale));
        var small = decoded.Resize(ink, inkWidth, inkHeight);
        // A thin stroke in a large image is a pale one in the small.
        Stretch(small, 0, Range(small).Max);
        // The mean centre of mass of MNIST's digits is the middle of pixel (14, 14), counted from 0: half a pixel past 28 / 2.
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

    private static int Ground(DecodedImage decoded)
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
        int least = 255, most = 0;
        foreach (byte value in decoded.Pixels)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }
        return (least, most);
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

    // In units of pixels from the left and top edge: the middle of the first pixel is at 0.5.
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
