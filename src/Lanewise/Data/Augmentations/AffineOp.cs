using System.Buffers;

namespace Lanewise;

/// <summary>Affine transforms with bilinear interpolation.</summary>
internal static class AffineOp
{
    /// <summary>Transforms an image in place.</summary>
    /// <param name="image">The image.</param>
    /// <param name="matrix">Where its pixels come from.</param>
    /// <param name="fill">The level of each channel outside the image; empty for black.</param>
    public static void Apply(in AugmentedImage image, in AffineMatrix matrix, ReadOnlySpan<byte> fill)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(image.Pixels.Length);
        var source = rented.AsSpan(0, image.Pixels.Length);
        image.Pixels.CopyTo(source);
        for (int y = 0; y < image.Height; y++)
        {
            Row(source, image, matrix, y, fill);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private static void Row(ReadOnlySpan<byte> source, in AugmentedImage image, in AffineMatrix m, int y, ReadOnlySpan<byte> fill)
    {
        int width = image.Width, height = image.Height, plane = width * height;
        var to = image.Pixels;
        double startX = m.A * 0.5 + m.B * (y + 0.5) + m.C, startY = m.D * 0.5 + m.E * (y + 0.5) + m.F;
        for (int x = 0; x < width; x++)
        {
            int target = y * width + x;
            double u = startX + m.A * x, v = startY + m.D * x;
            if (!(u >= 0 && u < width && v >= 0 && v < height))
            {
                for (int c = 0; c < image.Channels; c++)
                {
                    to[c * plane + target] = fill.IsEmpty ? (byte)0 : fill[c];
                }

                continue;
            }

            // Floor of a number of at least -1/2.
            int left = (int)(u + 0.5) - 1, top = (int)(v + 0.5) - 1;
            float dx = (float)(u - 0.5 - left), dy = (float)(v - 0.5 - top);
            int right = Math.Min(left + 1, width - 1), bottom = Math.Min(top + 1, height - 1);
            (left, top) = (Math.Max(left, 0), Math.Max(top, 0));
            for (int c = 0; c < image.Channels; c++)
            {
                var upper = source.Slice(c * plane + top * width, width);
                var lower = source.Slice(c * plane + bottom * width, width);
                float above = upper[left] + (upper[right] - upper[left]) * dx;
                float below = lower[left] + (lower[right] - lower[left]) * dx;
                to[c * plane + target] = (byte)(above + (below - above) * dy + 0.5f);
            }
        }
    }
}
