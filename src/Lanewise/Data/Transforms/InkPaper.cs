namespace Lanewise;

/// <summary>
/// The background of a drawing, estimated region by region, so that a shadow on the paper is no ink: medians of tiles, from which what is
/// narrower than three tiles is removed (a grey-scale opening), interpolated between the tiles.
/// </summary>
internal sealed class InkPaper
{
    // What is inked all over, such as a filled loop, may be up to three of nine tiles wide.
    private const int TilesOfSide = 9, MinTile = 8;

    // For the question which the paper is: medians of seven by seven of twelve by twelve tiles, most of which are paper.
    private const int FinerTiles = 12, Around = 3;

    private readonly int _tile, _columns, _rows;
    private readonly float[] _levels;

    private InkPaper(DecodedImage image, int tiles)
    {
        _tile = Math.Max(MinTile, (Math.Max(image.Width, image.Height) + tiles - 1) / tiles);
        (_columns, _rows) = ((image.Width + _tile - 1) / _tile, (image.Height + _tile - 1) / _tile);
        _levels = new float[_columns * _rows];
        for (int i = 0; i < _levels.Length; i++)
        {
            _levels[i] = Median(image, i % _columns * _tile, i / _columns * _tile);
        }
    }

    /// <summary>Determines whether the ink is darker than the paper around it: what differs most from the paper is ink.</summary>
    public static bool IsDarkOnLight(DecodedImage image)
    {
        var paper = new InkPaper(image, FinerTiles);
        paper.Spread();
        double cubes = 0;
        for (int y = 0; y < image.Height; y++)
        {
            var row = image.Row(0, y);
            for (int x = 0; x < row.Length; x++)
            {
                double difference = row[x] - paper._levels[y / paper._tile * paper._columns + x / paper._tile];
                cubes += difference * difference * difference;
            }
        }
        return cubes < 0;
    }

    /// <summary>
    /// Returns how strong the ink is at each pixel of a drawing, light on dark: 0 on the paper, 255 for the whole range that the paper
    /// leaves, which is less in a shadow.
    /// </summary>
    public static DecodedImage Strengths(DecodedImage image)
    {
        var paper = new InkPaper(image, TilesOfSide);
        paper.Open();
        var strengths = new DecodedImage(1, image.Width, image.Height);
        float[] levels = new float[image.Width];
        for (int y = 0; y < image.Height; y++)
        {
            paper.Interpolate(y, levels);
            var row = image.Row(0, y);
            var to = strengths.Row(0, y);
            for (int x = 0; x < row.Length; x++)
            {
                to[x] = (byte)Math.Clamp(255 * (row[x] - levels[x]) / Math.Max(1, 255 - levels[x]), 0, 255);
            }
        }
        return strengths;
    }

    private float Median(DecodedImage image, int left, int top)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        int bottom = Math.Min(image.Height, top + _tile), right = Math.Min(image.Width, left + _tile);
        for (int y = top; y < bottom; y++)
        {
            foreach (byte value in image.Row(0, y)[left..right])
            {
                counts[value]++;
            }
        }
        int half = (bottom - top) * (right - left) / 2, median = 0;
        for (int seen = counts[0]; seen <= half && median < 255; seen += counts[median])
        {
            median++;
        }
        return median;
    }

    /// <summary>Replaces each tile's level by the median of those around it, most of which are paper whichever the ink is.</summary>
    private void Spread()
    {
        float[] from = [.. _levels];
        var around = new List<float>();
        for (int i = 0; i < from.Length; i++)
        {
            int column = i % _columns, row = i / _columns;
            int left = Math.Max(0, column - Around), right = Math.Min(_columns, column + Around + 1);
            around.Clear();
            for (int y = Math.Max(0, row - Around); y <= Math.Min(_rows - 1, row + Around); y++)
            {
                around.AddRange(from.AsSpan(y * _columns)[left..right]);
            }
            around.Sort();
            _levels[i] = around[around.Count / 2];
        }
    }

    /// <summary>Removes light regions narrower than three tiles: the minimum of each tile and those around it, then the maximum.</summary>
    private void Open()
    {
        foreach (bool isMin in (bool[])[true, false])
        {
            float[] from = [.. _levels];
            for (int i = 0; i < from.Length; i++)
            {
                int column = i % _columns, row = i / _columns;
                float level = from[i];
                for (int y = Math.Max(0, row - 1); y <= Math.Min(_rows - 1, row + 1); y++)
                {
                    for (int x = Math.Max(0, column - 1); x <= Math.Min(_columns - 1, column + 1); x++)
                    {
                        float other = from[y * _columns + x];
                        level = isMin ? Math.Min(level, other) : Math.Max(level, other);
                    }
                }
                _levels[i] = level;
            }
        }
    }

    private void Interpolate(int y, float[] levels)
    {
        var (upper, lower, down) = Between(y, _rows);
        for (int x = 0; x < levels.Length; x++)
        {
            var (left, right, across) = Between(x, _columns);
            float above = _levels[upper * _columns + left] * (1 - across) + _levels[upper * _columns + right] * across;
            float below = _levels[lower * _columns + left] * (1 - across) + _levels[lower * _columns + right] * across;
            levels[x] = above * (1 - down) + below * down;
        }
    }

    /// <summary>Returns the tiles whose centres are before and behind a pixel, and how near it is to the latter, 0 to 1.</summary>
    private (int Before, int Behind, float Share) Between(int at, int tiles)
    {
        float place = Math.Clamp((at + 0.5f) / _tile - 0.5f, 0, tiles - 1);
        int before = (int)place;
        return (before, Math.Min(before + 1, tiles - 1), place - before);
    }
}
