using System.Runtime.InteropServices;

namespace Lanewise.Data.Transforms;

/// <summary>A rectangle of pixels.</summary>
/// <param name="X">The left edge.</param>
/// <param name="Y">The top edge.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Box(int X, int Y, int Width, int Height);

/// <summary>A decoded image: channel planes of bytes, C×H×W, 0 black to 255 white.</summary>
public sealed class DecodedImage
{
    /// <summary>A black image.</summary>
    /// <param name="channels">One (grey) or three (red, green, blue).</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public DecodedImage(int channels, int width, int height)
    {
        (Channels, Width, Height) = (channels, width, height);
        Pixels = new byte[(long)channels * width * height];
    }

    /// <summary>The number of planes.</summary>
    public int Channels { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The values, [channel][row][column].</summary>
    public byte[] Pixels { get; }

    /// <summary>A row of a plane.</summary>
    public Span<byte> Row(int channel, int y) => Pixels.AsSpan((channel * Height + y) * Width, Width);

    /// <summary>The largest box in the middle with the proportions <paramref name="width"/> : <paramref name="height"/>.</summary>
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
    /// <param name="from">The part of this image.</param>
    /// <param name="width">The columns that it is resized to.</param>
    /// <param name="height">The rows that it is resized to.</param>
    public DecodedImage Resize(Box from, int width, int height) => Resize(from, width, height, new Box(0, 0, width, height));

    /// <summary>As <see cref="Resize(Box, int, int)"/>, but makes a window of the result only.</summary>
    /// <param name="from">The part of this image.</param>
    /// <param name="width">The columns that it is resized to.</param>
    /// <param name="height">The rows that it is resized to.</param>
    /// <param name="window">The part of the resized image that is wanted.</param>
    public DecodedImage Resize(Box from, int width, int height, Box window)
    {
        var columns = Weights(from.Width, width, window.X, window.Width);
        var rows = Weights(from.Height, height, window.Y, window.Height);
        int top = rows[0].First, bottom = rows[^1].First + rows[^1].Values.Length;
        var result = new DecodedImage(Channels, window.Width, window.Height);
        float[] narrow = new float[(bottom - top) * window.Width];
        float[] sums = new float[window.Width];
        for (int c = 0; c < Channels; c++)
        {
            for (int y = top; y < bottom; y++)
            {
                Narrow(Row(c, from.Y + y).Slice(from.X, from.Width), columns, narrow.AsSpan((y - top) * window.Width, window.Width));
            }
            for (int y = 0; y < window.Height; y++)
            {
                SumRows(narrow.AsSpan((rows[y].First - top) * window.Width), rows[y].Values, sums, result.Row(c, y));
            }
        }
        return result;
    }

    /// <summary>The luma (ITU-R 601) of an image in colour; a grey one is returned itself.</summary>
    public DecodedImage ToGrey()
    {
        if (Channels == 1)
        {
            return this;
        }
        var grey = new DecodedImage(1, Width, Height);
        int plane = Width * Height;
        for (int i = 0; i < plane; i++)
        {
            grey.Pixels[i] = Luma(Pixels[i], Pixels[plane + i], Pixels[2 * plane + i]);
        }
        return grey;
    }

    /// <summary>Replaces every value by what the table holds for it.</summary>
    public void Map(ReadOnlySpan<byte> table)
    {
        foreach (ref byte value in Pixels.AsSpan())
        {
            value = table[value];
        }
    }

    /// <summary>ITU-R 601 luma in 16-bit fixed point; grey stays exactly as it is.</summary>
    public static byte Luma(int red, int green, int blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);

    private static void Narrow(ReadOnlySpan<byte> row, (int First, float[] Values)[] columns, Span<float> narrow)
    {
        for (int x = 0; x < narrow.Length; x++)
        {
            float[] values = columns[x].Values;
            var under = row.Slice(columns[x].First, values.Length);
            float sum = 0;
            for (int i = 0; i < values.Length; i++)
            {
                sum += values[i] * under[i];
            }
            narrow[x] = sum;
        }
    }

    private static void SumRows(ReadOnlySpan<float> narrow, float[] weights, Span<float> sums, Span<byte> row)
    {
        sums.Clear();
        for (int i = 0; i < weights.Length; i++)
        {
            var under = narrow.Slice(i * sums.Length, sums.Length);
            for (int x = 0; x < sums.Length; x++)
            {
                sums[x] += weights[i] * under[x];
            }
        }
        for (int x = 0; x < row.Length; x++)
        {
            row[x] = (byte)Math.Clamp(MathF.Round(sums[x]), 0, 255);
        }
    }

    /// <summary>For each of <paramref name="count"/> new pixels from <paramref name="start"/> on: the old ones under its triangle, and their shares.</summary>
    private static (int First, float[] Values)[] Weights(int from, int to, int start, int count)
    {
        double scale = (double)from / to, reach = Math.Max(scale, 1);
        var weights = new (int, float[])[count];
        for (int i = 0; i < count; i++)
        {
            double centre = (start + i + 0.5) * scale;
            int first = Math.Max((int)(centre - reach + 0.5), 0);
            int last = Math.Min((int)(centre + reach + 0.5), from);
            double[] values = new double[last - first];
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
