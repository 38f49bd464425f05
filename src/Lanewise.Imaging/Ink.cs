using Lanewise.Data.Transforms;

namespace Lanewise.Imaging;

/// <summary>
/// Light ink on a dark ground, as MNIST has it: tells a picture's ground from its ink and frames the ink as MNIST does (a 20×20
/// box, centred by mass in 28×28). Source: LeCun, Cortes and Burges, the MNIST database.
/// </summary>
internal static class Ink
{
    /// <summary>A picture whose darkest and lightest value differ by less is taken for empty.</summary>
    private const int LeastContrast = 16;

    /// <summary>Whether the ground (the border's median) is light and the ink dark: the darkest value is farther from it.</summary>
    public static bool IsDarkOnLight(Raster raster)
    {
        int ground = Ground(raster);
        var (least, most) = Range(raster);
        return most - least >= LeastContrast ? ground - least > most - ground : ground > 127;
    }

    public static void Invert(Raster raster)
    {
        Span<byte> table = stackalloc byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = (byte)(255 - i);
        }
        raster.Map(table);
    }

    /// <summary>Frames the ink; null when there is none.</summary>
    public static (Raster Raster, Box Cropped, Box Placed)? Frame(Raster raster, int width, int height)
    {
        int ground = Ground(raster), most = Range(raster).Most;
        if (most - ground < LeastContrast)
        {
            return null;
        }
        var ink = Bounds(raster, (byte)(ground + (most - ground + 1) / 2));
        // Paper is never as even as MNIST's ground, nor a pen's stroke as its ink.
        Stretch(raster, ground + (most - ground) / 5, most - (most - ground) / 5);

        double scale = Math.Min(width, height) * 20.0 / 28 / Math.Max(ink.Width, ink.Height);
        int inkWidth = Math.Max(1, (int)Math.Round(ink.Width * scale)), inkHeight = Math.Max(1, (int)Math.Round(ink.Height * scale));
        var small = raster.Resize(ink, inkWidth, inkHeight);
        // A thin stroke in a large picture is a pale one in the small.
        Stretch(small, 0, Range(small).Most);
        // The mean centre of mass of MNIST's digits is the middle of pixel (14, 14), counted from 0: half a pixel past 28 / 2.
        var (x, y) = CentreOfMass(small);
        int left = Math.Clamp((int)Math.Round(width / 2.0 + 0.5 - x), 0, width - inkWidth);
        int top = Math.Clamp((int)Math.Round(height / 2.0 + 0.5 - y), 0, height - inkHeight);

        var result = new Raster(1, width, height);
        for (int row = 0; row < inkHeight; row++)
        {
            small.Row(0, row).CopyTo(result.Row(0, top + row)[left..]);
        }
        return (result, ink, new Box(left, top, inkWidth, inkHeight));
    }

    private static int Ground(Raster raster)
    {
        var counts = new int[256];
        for (int x = 0; x < raster.Width; x++)
        {
            counts[raster.Row(0, 0)[x]]++;
            counts[raster.Row(0, raster.Height - 1)[x]]++;
        }
        for (int y = 0; y < raster.Height; y++)
        {
            counts[raster.Row(0, y)[0]]++;
            counts[raster.Row(0, y)[^1]]++;
        }
        int median = 0;
        for (int seen = counts[0]; seen < raster.Width + raster.Height; seen += counts[median])
        {
            median++;
        }
        return median;
    }

    private static (int Least, int Most) Range(Raster raster)
    {
        int least = 255, most = 0;
        foreach (byte value in raster.Pixels)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }
        return (least, most);
    }

    private static Box Bounds(Raster raster, byte threshold)
    {
        int left = raster.Width, right = -1, top = raster.Height, bottom = -1;
        for (int y = 0; y < raster.Height; y++)
        {
            var row = raster.Row(0, y);
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

    private static void Stretch(Raster raster, int black, int white)
    {
        Span<byte> table = stackalloc byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = (byte)Math.Clamp((i - black) * 255 / Math.Max(1, white - black), 0, 255);
        }
        raster.Map(table);
    }

    // In units of pixels from the left and top edge: the middle of the first pixel is at 0.5.
    private static (double X, double Y) CentreOfMass(Raster raster)
    {
        double mass = 0, sumX = 0, sumY = 0;
        for (int y = 0; y < raster.Height; y++)
        {
            var row = raster.Row(0, y);
            for (int x = 0; x < row.Length; x++)
            {
                mass += row[x];
                sumX += row[x] * (x + 0.5);
                sumY += row[x] * (y + 0.5);
            }
        }
        return mass > 0 ? (sumX / mass, sumY / mass) : (raster.Width / 2.0, raster.Height / 2.0);
    }
}
