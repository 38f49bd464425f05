using System.Numerics;

namespace Lanewise;

/// <summary>Resizes images: rows first, then columns, each pixel as a weighted sum of those under a filter.</summary>
/// <remarks>
/// Vectors lie along the pixels of a row, and each pixel's sum runs over its taps in order, product by product, so that the result is
/// bitwise the same for any width of vectors.
/// </remarks>
internal static class ImageResizing
{
    /// <summary>Resizes a part of an image and returns a window of the result.</summary>
    /// <param name="image">The image.</param>
    /// <param name="from">The part of the image.</param>
    /// <param name="width">The width of the resized part.</param>
    /// <param name="height">The height of the resized part.</param>
    /// <param name="window">The window of the resized part to return.</param>
    /// <param name="interpolation">The filter.</param>
    public static DecodedImage Resize(DecodedImage image, Box from, int width, int height, Box window, Interpolation interpolation)
    {
        var columns = ResizeFilter.Create(from.Width, width, window.X, window.Width, interpolation);
        var rows = ResizeFilter.Create(from.Height, height, window.Y, window.Height, interpolation);
        int top = rows.First(0), bottom = rows.First(window.Height - 1) + rows.Taps;
        var result = new DecodedImage(image.Channels, window.Width, window.Height);
        float[] source = new float[from.Width];
        float[] resized = new float[(bottom - top) * window.Width];
        for (int c = 0; c < image.Channels; c++)
        {
            for (int y = top; y < bottom; y++)
            {
                ToFloats(image.Row(c, from.Y + y).Slice(from.X, from.Width), source);
                ResizeRow(source, columns, resized.AsSpan((y - top) * window.Width, window.Width));
            }

            for (int y = 0; y < window.Height; y++)
            {
                SumRows(resized.AsSpan((rows.First(y) - top) * window.Width), rows.Weights(y), result.Row(c, y));
            }
        }

        return result;
    }

    private static void ToFloats(ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        int x = 0;
        for (; x <= bytes.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[x..]), out var low, out var high);
            Store(low, floats[x..]);
            Store(high, floats[(x + Vector<ushort>.Count)..]);
        }

        for (; x < bytes.Length; x++)
        {
            floats[x] = bytes[x];
        }
    }

    private static void Store(Vector<ushort> values, Span<float> floats)
    {
        Vector.Widen(values, out var low, out var high);
        Vector.ConvertToSingle(Vector.AsVectorInt32(low)).CopyTo(floats);
        Vector.ConvertToSingle(Vector.AsVectorInt32(high)).CopyTo(floats[Vector<float>.Count..]);
    }

    private static void ResizeRow(ReadOnlySpan<float> row, ResizeFilter filter, Span<float> resized)
    {
        for (int x = 0; x < resized.Length; x++)
        {
            var weights = filter.Weights(x);
            var under = row.Slice(filter.First(x), weights.Length);
            float sum = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * under[i];
            }

            resized[x] = sum;
        }
    }

    private static void SumRows(ReadOnlySpan<float> rows, ReadOnlySpan<float> weights, Span<byte> row)
    {
        int x = 0;
        for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            var low = Vector.Narrow(Sum(rows, weights, row.Length, x), Sum(rows, weights, row.Length, x + Vector<int>.Count));
            var high = Vector.Narrow(
                Sum(rows, weights, row.Length, x + 2 * Vector<int>.Count), Sum(rows, weights, row.Length, x + 3 * Vector<int>.Count));
            Vector.AsVectorByte(Vector.Narrow(Vector.AsVectorUInt16(low), Vector.AsVectorUInt16(high))).CopyTo(row[x..]);
        }

        for (; x < row.Length; x++)
        {
            float sum = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * rows[i * row.Length + x];
            }

            row[x] = (byte)Math.Clamp(MathF.Round(sum), 0, 255);
        }
    }

    private static Vector<int> Sum(ReadOnlySpan<float> rows, ReadOnlySpan<float> weights, int width, int x)
    {
        var sum = Vector<float>.Zero;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += new Vector<float>(weights[i]) * new Vector<float>(rows[(i * width + x)..]);
        }

        return Vector.ConvertToInt32(Vector.Clamp(Vector.Round(sum), Vector<float>.Zero, new(255)));
    }
}
