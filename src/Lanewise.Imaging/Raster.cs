namespace Lanewise.Imaging;

/// <summary>A rectangle of pixels: left, top, width, height.</summary>
internal readonly record struct Box(int X, int Y, int Width, int Height);

/// <summary>Channel planes of bytes, C×H×W, with the few operations that a picture needs on its way into a network.</summary>
internal sealed class Raster(int channels, int width, int height)
{
    public int Channels { get; } = channels;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Pixels { get; } = new byte[(long)channels * width * height];

    public Span<byte> Row(int channel, int y) => Pixels.AsSpan((channel * Height + y) * Width, Width);

    /// <summary>The largest box in the middle with the proportions width : height.</summary>
    public Box Middle(int width, int height)
    {
        double scale = Math.Min((double)Width / width, (double)Height / height);
        int boxWidth = Math.Clamp((int)Math.Round(width * scale), 1, Width);
        int boxHeight = Math.Clamp((int)Math.Round(height * scale), 1, Height);
        return new Box((Width - boxWidth) / 2, (Height - boxHeight) / 2, boxWidth, boxHeight);
    }

    /// <summary>
    /// Resizes a part: each new pixel is the average under a triangle that is as wide as two new or two old pixels, whichever is
    /// more. Enlarging, that is bilinear interpolation; shrinking, no pixel is skipped. It is what torchvision's antialiased
    /// Resize does.
    /// </summary>
    public Raster Resize(Box from, int width, int height)
    {
        var columns = Weights(from.Width, width);
        var rows = Weights(from.Height, height);
        var result = new Raster(Channels, width, height);
        var narrow = new float[from.Height * width];
        for (int c = 0; c < Channels; c++)
        {
            for (int y = 0; y < from.Height; y++)
            {
                var row = Row(c, from.Y + y).Slice(from.X, from.Width);
                for (int x = 0; x < width; x++)
                {
                    float sum = 0;
                    for (int i = 0; i < columns[x].Values.Length; i++)
                    {
                        sum += columns[x].Values[i] * row[columns[x].First + i];
                    }
                    narrow[y * width + x] = sum;
                }
            }
            for (int y = 0; y < height; y++)
            {
                SumRows(narrow, rows[y], result.Row(c, y));
            }
        }
        return result;
    }

    /// <summary>Replaces every value by what the table holds for it.</summary>
    public void Map(ReadOnlySpan<byte> table)
    {
        foreach (ref byte value in Pixels.AsSpan())
        {
            value = table[value];
        }
    }

    private static void SumRows(ReadOnlySpan<float> narrow, (int First, float[] Values) weights, Span<byte> row)
    {
        for (int x = 0; x < row.Length; x++)
        {
            float sum = 0;
            for (int i = 0; i < weights.Values.Length; i++)
            {
                sum += weights.Values[i] * narrow[(weights.First + i) * row.Length + x];
            }
            row[x] = (byte)Math.Clamp(MathF.Round(sum), 0, 255);
        }
    }

    private static (int First, float[] Values)[] Weights(int from, int to)
    {
        double scale = (double)from / to, reach = Math.Max(scale, 1);
        var weights = new (int, float[])[to];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max((int)(centre - reach + 0.5), 0);
            int last = Math.Min((int)(centre + reach + 0.5), from);
            var values = new double[last - first];
            for (int j = 0; j < values.Length; j++)
            {
                values[j] = Math.Max(0, 1 - Math.Abs(first + j + 0.5 - centre) / reach);
            }
            double sum = values.Sum();
            weights[i] = (first, Array.ConvertAll(values, value => (float)(value / sum)));
        }
        return weights;
    }
}
