namespace Lanewise;

/// <summary>Removes the lines of ruled and squared paper and of frames from a mask of ink, and keeps the strokes that cross them.</summary>
internal static class RuledLines
{
    // Of the longer side: the greatest thickness of a line. Of a row: how much of it is thin in a line,
    // which begins or ends so near the border; a stroke does not.
    private const double ThicknessShare = 0.015, LineShare = 0.5, EndShare = 0.03;

    public static void Remove(bool[] mask, int width, int height)
    {
        int thickness = (int)Math.Max(1, ThicknessShare * Math.Max(width, height));
        var isThin = Thin(mask, width, height, thickness, step: width, stride: 1);
        var isThinAcross = Thin(mask, height, width, thickness, step: 1, stride: width);
        Clear(mask, isThin, width, height, step: width, stride: 1);
        Clear(mask, isThinAcross, height, width, step: 1, stride: width);
    }

    /// <summary>Marks the pixels of runs, across the lines, that are no longer than a line is thick.</summary>
    /// <param name="mask">The ink.</param>
    /// <param name="along">The pixels along a line.</param>
    /// <param name="across">The pixels across the lines.</param>
    /// <param name="thickness">The greatest thickness.</param>
    /// <param name="step">From a pixel to the next across the lines.</param>
    /// <param name="stride">From a pixel to the next along a line.</param>
    private static bool[] Thin(bool[] mask, int along, int across, int thickness, int step, int stride)
    {
        var isThin = new bool[mask.Length];
        for (int x = 0; x < along; x++)
        {
            int run = 0;
            for (int y = 0; y <= across; y++)
            {
                if (y < across && mask[y * step + x * stride])
                {
                    run++;
                    continue;
                }
                for (int i = 1; run <= thickness && i <= run; i++)
                {
                    isThin[(y - i) * step + x * stride] = true;
                }
                run = 0;
            }
        }
        return isThin;
    }

    private static void Clear(bool[] mask, bool[] isThin, int along, int across, int step, int stride)
    {
        for (int y = 0; y < across; y++)
        {
            int thin = 0, first = along, last = -1;
            for (int x = 0; x < along; x++)
            {
                if (isThin[y * step + x * stride])
                {
                    (first, last) = (Math.Min(first, x), x);
                    thin++;
                }
            }
            bool isLine = thin >= LineShare * along && Math.Min(first, along - 1 - last) <= EndShare * along;
            for (int x = 0; isLine && x < along; x++)
            {
                int pixel = y * step + x * stride;
                mask[pixel] &= !isThin[pixel];
            }
        }
    }
}
