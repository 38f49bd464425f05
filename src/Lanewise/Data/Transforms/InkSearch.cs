using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>Finds the drawing among all that is darker than paper: specks, frames, ruled lines and noise are left out.</summary>
internal sealed class InkSearch
{
    // Of the longer side: smaller things are specks, and what lies within so much of the border belongs to a frame.
    private const double SpeckShare = 0.025, FrameShare = 0.04;

    // Parts of a drawing have at least this share of the largest part's pixels; a second drawing is nearly as high as the first.
    private const double PartShare = 0.04, DrawingShare = 0.5, GapShare = 0.15, MostOfFrame = 0.8, SpanShare = 0.9;

    // Noise is compared with the contrast in standard deviations, after smoothing, which leaves 3/8 of it.
    // Where noise makes paper lighter than its median it is 0, which makes the median difference of neighbours smaller.
    private const double Smoothed = 0.375, MinDeviations = 8, DeviationsOfMedian = 1.8;
    private const int Rounds = 4, MinSmoothed = 100, SmoothReach = 2, EdgeParts = 16;

    private readonly DecodedImage _strengths, _smooth;
    private readonly bool[] _isLeftOut;
    private readonly int _width, _height;

    private InkSearch(DecodedImage strengths)
    {
        (_strengths, _width, _height) = (strengths, strengths.Width, strengths.Height);
        _smooth = Math.Min(_width, _height) >= MinSmoothed ? Smooth(strengths) : strengths;
        _isLeftOut = new bool[_width * _height];
    }

    /// <summary>What was found.</summary>
    /// <param name="Ink">The strengths; 0 where the drawing is not.</param>
    /// <param name="Box">The drawing's part of the image.</param>
    /// <param name="Level">The strength of its ink.</param>
    /// <param name="Drawings">The number of drawings, of which this is the largest.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Found(DecodedImage Ink, Box Box, int Level, int Drawings);

    /// <summary>Finds the drawing in the strengths of the ink; returns null if there is none.</summary>
    public static Found? Find(DecodedImage strengths)
    {
        var search = new InkSearch(strengths);
        double noise = search._smooth == strengths ? 0 : Smoothed * Noise(strengths);
        for (int round = 0; round < Rounds; round++)
        {
            int max = search.Strongest();
            if (max < Math.Max(Ink.MinContrast, MinDeviations * noise))
            {
                return null;
            }
            if (search.Drawing((byte)((max + 1) / 2)) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    private int Strongest()
    {
        int max = 0;
        for (int i = 0; i < _isLeftOut.Length; i++)
        {
            max = _isLeftOut[i] ? max : Math.Max(max, _smooth.Pixels[i]);
        }
        return max;
    }

    /// <summary>Finds the drawing among what is at least as strong as a threshold; what is none is left out from now on.</summary>
    private Found? Drawing(byte threshold)
    {
        var isInk = new bool[_isLeftOut.Length];
        for (int i = 0; i < isInk.Length; i++)
        {
            isInk[i] = !_isLeftOut[i] && _smooth.Pixels[i] >= threshold;
        }
        bool[] all = [.. isInk];
        RuledLines.Remove(isInk, _width, _height);
        var components = new InkComponents(isInk, _width, _height);
        int longer = Math.Max(_width, _height);
        int speck = (int)Math.Max(2, SpeckShare * longer), frame = (int)Math.Max(1, FrameShare * longer);
        InkComponent[] parts =
            [.. components.All.Where(part => Math.Max(part.Box.Width, part.Box.Height) > speck && !IsFrame(part, components, frame))];
        // What spans the image and leaves it is the edge of the paper or a shadow, if there is anything else.
        InkComponent[] within = [.. parts.Where(c => !Spans(c.Box))];
        parts = within.Length > 0 ? within : parts;
        if (parts.Length == 0)
        {
            // And what smoothing made around it.
            Spread(all, _height, _width, _width, 1, SmoothReach);
            Spread(all, _width, _height, 1, _width, SmoothReach);
            for (int i = 0; i < all.Length; i++)
            {
                _isLeftOut[i] |= all[i];
            }
            return null;
        }
        var drawings = Drawings(parts);
        return Result(components, drawings[0], drawings.Count, threshold);
    }

    private bool Spans(Box box) => (box.X == 0 || box.Y == 0 || box.X + box.Width == _width || box.Y + box.Height == _height)
        && (box.Width >= SpanShare * _width || box.Height >= SpanShare * _height);

    private bool IsFrame(InkComponent component, InkComponents components, int margin)
    {
        int near = 0;
        foreach (int pixel in components.PixelsOf(component))
        {
            int x = pixel % _width, y = pixel / _width;
            near += Math.Min(Math.Min(x, _width - 1 - x), Math.Min(y, _height - 1 - y)) < margin ? 1 : 0;
        }
        return near >= MostOfFrame * component.Pixels;
    }

    /// <summary>Groups parts that belong together, the largest drawing first.</summary>
    private static List<List<InkComponent>> Drawings(InkComponent[] parts)
    {
        int largest = parts.Max(part => part.Pixels);
        var drawings = new List<List<InkComponent>>();
        foreach (var part in parts.Where(part => part.Pixels >= PartShare * largest).OrderByDescending(part => part.Pixels))
        {
            var own = drawings.Find(drawing => drawing.Any(other => Belongs(part.Box, other.Box)));
            if (own is null)
            {
                drawings.Add([part]);
                continue;
            }
            own.Add(part);
        }
        int highest = drawings[0].Max(part => Math.Max(part.Box.Height, part.Box.Width));
        drawings.RemoveAll(drawing => drawing != drawings[0]
            && drawing.Max(part => Math.Max(part.Box.Height, part.Box.Width)) < DrawingShare * highest);
        return drawings;
    }

    private static bool Belongs(Box part, Box other)
    {
        int across = Math.Max(part.X, other.X) - Math.Min(part.X + part.Width, other.X + other.Width);
        int down = Math.Max(part.Y, other.Y) - Math.Min(part.Y + part.Height, other.Y + other.Height);
        int side = Math.Max(Math.Max(other.Width, other.Height), Math.Max(part.Width, part.Height));
        return Math.Max(across, down) <= GapShare * side;
    }

    private Found Result(InkComponents components, List<InkComponent> parts, int drawings, byte threshold)
    {
        int left = parts.Min(p => p.Box.X), top = parts.Min(p => p.Box.Y);
        int right = parts.Max(p => p.Box.X + p.Box.Width), bottom = parts.Max(p => p.Box.Y + p.Box.Height);
        var counts = new int[256];
        int count = 0;
        var isPart = new bool[_width * _height];
        foreach (int pixel in parts.SelectMany(part => components.PixelsOf(part)))
        {
            counts[_strengths.Pixels[pixel]]++;
            count++;
            isPart[pixel] = true;
        }
        // Edges are weaker than the threshold: of MNIST's 20 pixels, one around the ink.
        int reach = Math.Max(1, (Math.Max(right - left, bottom - top) + EdgeParts - 1) / EdgeParts);
        Spread(isPart, _height, _width, _width, 1, reach);
        Spread(isPart, _width, _height, 1, _width, reach);
        var ink = new DecodedImage(1, _width, _height);
        for (int i = 0; i < isPart.Length; i++)
        {
            ink.Pixels[i] = isPart[i] ? _strengths.Pixels[i] : (byte)0;
        }
        int level = 255;
        for (int above = counts[255]; level > threshold && above < count / 50; above += counts[level])
        {
            level--;
        }
        return new(ink, new Box(left, top, right - left, bottom - top), level, drawings);
    }

    /// <summary>Marks what is within reach of a marked pixel, along each line.</summary>
    private static void Spread(bool[] mask, int lines, int length, int step, int stride, int reach)
    {
        Span<bool> line = new bool[length];
        for (int start = 0; start < lines * step; start += step)
        {
            line.Clear();
            int before = -reach - 1, behind = length + reach;
            for (int i = 0; i < length; i++)
            {
                int back = length - 1 - i;
                before = mask[start + i * stride] ? i : before;
                behind = mask[start + back * stride] ? back : behind;
                line[i] |= i - before <= reach;
                line[back] |= behind - back <= reach;
            }
            for (int i = 0; i < length; i++)
            {
                mask[start + i * stride] = line[i];
            }
        }
    }

    /// <summary>Estimates the standard deviation of noise from the median difference of neighbours.</summary>
    private static double Noise(DecodedImage strengths)
    {
        var counts = new int[256];
        int count = 0;
        for (int y = 0; y < strengths.Height; y++)
        {
            var row = strengths.Row(0, y);
            for (int x = 1; x < row.Length; x++)
            {
                counts[Math.Abs(row[x] - row[x - 1])]++;
                count++;
            }
        }
        int median = 0;
        for (int seen = counts[0]; seen <= count / 2 && median < 255; seen += counts[median])
        {
            median++;
        }
        return DeviationsOfMedian * median;
    }

    /// <summary>Smooths by the weights 1, 2, 1 in both directions.</summary>
    private static DecodedImage Smooth(DecodedImage image)
    {
        var result = new DecodedImage(1, image.Width, image.Height);
        int[] sums = new int[image.Width];
        for (int y = 0; y < image.Height; y++)
        {
            Span<byte> above = image.Row(0, Math.Max(0, y - 1)), row = image.Row(0, y);
            Span<byte> below = image.Row(0, Math.Min(image.Height - 1, y + 1)), to = result.Row(0, y);
            for (int x = 0; x < sums.Length; x++)
            {
                sums[x] = above[x] + 2 * row[x] + below[x];
            }
            for (int x = 0; x < sums.Length; x++)
            {
                to[x] = (byte)((sums[Math.Max(0, x - 1)] + 2 * sums[x] + sums[Math.Min(sums.Length - 1, x + 1)] + 8) >> 4);
            }
        }
        return result;
    }
}
