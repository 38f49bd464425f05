namespace Lanewise;

/// <summary>A drawing framed as MNIST's digits are, and what was done.</summary>
/// <param name="Image">The drawing, light on dark, in the size of the training data.</param>
/// <param name="Cropped">The part of the image that holds its ink.</param>
/// <param name="Placed">Where this part is in <paramref name="Image"/>.</param>
/// <param name="Drawings">The number of drawings in the image; the largest is taken.</param>
internal sealed record FramedInk(DecodedImage Image, Box Cropped, Box Placed, int Drawings);

/// <summary>Separates ink from background and frames drawings as MNIST does.</summary>
/// <remarks>
/// MNIST has light ink on a dark background, scaled to a box of 20×20 and centred by mass in 28×28. Source: LeCun, Cortes and
/// Burges, the MNIST database of handwritten digits.
/// </remarks>
internal static class Ink
{
    /// <summary>The contrast below which an image counts as empty.</summary>
    public const int MinContrast = 16;

    // In MNIST, the box is 20 of 28 pixels and the mean centre of mass that of pixel (14, 14), counted from 0: half a pixel past 28 / 2.
    private const double BoxShare = 20.0 / 28, CentreShift = 0.5;

    // Of MNIST's 70,000 digits all centres of mass lie within half a pixel, and the ink has 19 or 20 pixels of 28, its bright part 16.
    private const double MaxShift = 1.5, MinBoxShare = 15.5 / 28, MaxBoxShare = 21.5 / 28;

    // Ink is searched in no more pixels a side; below so many, the border tells ink from background best.
    private const int MaxSearched = 800, MinTiled = 64;

    /// <summary>Determines whether dark ink is on a light background, whose value is the median of the border.</summary>
    public static bool IsDarkOnLight(DecodedImage decoded)
    {
        int background = Background(decoded);
        var (min, max) = Range(decoded);
        bool isDark = max - min >= MinContrast ? background - min > max - background : background > 127;
        return max - min < MinContrast || Math.Min(decoded.Width, decoded.Height) < MinTiled ? isDark : InkPaper.IsDarkOnLight(decoded);
    }

    /// <summary>Returns a copy with dark and light exchanged.</summary>
    public static DecodedImage Inverted(DecodedImage decoded)
    {
        var inverted = decoded.Copy();
        Span<byte> table = stackalloc byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = (byte)(255 - i);
        }
        inverted.Map(table);
        return inverted;
    }

    /// <summary>Scales a large image down, so that the search for ink takes bounded time and memory; else returns it.</summary>
    public static DecodedImage Reduced(DecodedImage decoded)
    {
        int longer = Math.Max(decoded.Width, decoded.Height);
        if (longer <= MaxSearched)
        {
            return decoded;
        }
        int width = Math.Max(1, (int)((long)decoded.Width * MaxSearched / longer));
        int height = Math.Max(1, (int)((long)decoded.Height * MaxSearched / longer));
        return decoded.Resize(new Box(0, 0, decoded.Width, decoded.Height), width, height);
    }

    /// <summary>
    /// Determines how a drawing, light on dark and in the size of the training data, is to be moved to be where MNIST's digits are.
    /// </summary>
    /// <returns>Pixels to the right and down; null if its size differs from theirs.</returns>
    public static (int Right, int Down)? Shift(DecodedImage decoded)
    {
        int background = Background(decoded), max = Range(decoded).Max, side = Math.Min(decoded.Width, decoded.Height);
        byte threshold = (byte)(background + Math.Max(1, (max - background) / 5));
        int paper = decoded.Pixels.Count(value => Math.Abs(value - background) < threshold - background);
        var box = Bounds(decoded, threshold);
        // Where there is no contrast, or ink everywhere, there is no drawing on paper, but an image of another kind.
        bool isFull = paper < decoded.Pixels.Length / 2 || (box.Width, box.Height) == (decoded.Width, decoded.Height);
        if (max - background < MinContrast || isFull)
        {
            return (0, 0);
        }
        double share = (double)Math.Max(box.Width, box.Height) / side, near = MaxShift * side / 28;
        if (share is < MinBoxShare or > MaxBoxShare)
        {
            return null;
        }
        var ink = decoded.Copy();
        Stretch(ink, background, max);
        var (x, y) = CentreOfMass(ink);
        double right = decoded.Width / 2.0 + CentreShift - x, down = decoded.Height / 2.0 + CentreShift - y;
        // MNIST's centres lie in pixel (14, 14).
        return Math.Max(Math.Abs(right), Math.Abs(down)) <= near ? (0, 0)
            : (decoded.Width / 2 - (int)Math.Floor(x), decoded.Height / 2 - (int)Math.Floor(y));
    }

    /// <summary>Moves a drawing, light on dark; what is left is filled with its background.</summary>
    public static DecodedImage Moved(DecodedImage decoded, int right, int down)
    {
        var moved = new DecodedImage(decoded.Channels, decoded.Width, decoded.Height);
        moved.Pixels.AsSpan().Fill((byte)Background(decoded));
        int from = Math.Max(0, -right), count = decoded.Width - Math.Abs(right);
        for (int y = Math.Max(0, down); y < Math.Min(decoded.Height, decoded.Height + down); y++)
        {
            decoded.Row(0, y - down).Slice(from, count).CopyTo(moved.Row(0, y)[Math.Max(0, right)..]);
        }
        return moved;
    }

    /// <summary>Crops a drawing, light on dark, to its ink, scales and centres it; returns null if there is none.</summary>
    public static FramedInk? Frame(DecodedImage decoded, int width, int height)
    {
        if (InkSearch.Find(InkPaper.Strengths(decoded)) is not { } found)
        {
            return null;
        }
        var ink = found.Box;
        double scale = Math.Min(width, height) * BoxShare / Math.Max(ink.Width, ink.Height);
        int inkWidth = Math.Max(1, (int)Math.Round(ink.Width * scale)), inkHeight = Math.Max(1, (int)Math.Round(ink.Height * scale));
        // Paper and strokes are less uniform than in MNIST: a fifth of the range at either end is clipped.
        Stretch(found.Ink, found.Level / 5, found.Level - found.Level / 5);
        var small = found.Ink.Resize(ink, inkWidth, inkHeight);
        // A thin stroke of a large image becomes pale when it is scaled down.
        Stretch(small, 0, Range(small).Max);
        var (x, y) = CentreOfMass(small);
        int left = Math.Clamp((int)Math.Round(width / 2.0 + CentreShift - x), 0, width - inkWidth);
        int top = Math.Clamp((int)Math.Round(height / 2.0 + CentreShift - y), 0, height - inkHeight);

        var result = new DecodedImage(1, width, height);
        for (int row = 0; row < inkHeight; row++)
        {
            small.Row(0, row).CopyTo(result.Row(0, top + row)[left..]);
        }
        return new(result, ink, new Box(left, top, inkWidth, inkHeight), found.Drawings);
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
