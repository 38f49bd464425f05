namespace Lanewise.Kernels;

/// <summary>
/// Repeats the only channel, row or column of an image, y[c][h][w] = x[c or 0][h or 0][w or 0], and sums its gradient over the repetitions.
/// A lane is whatever x's is, where channels are not repeated; otherwise an image.
/// </summary>
internal static unsafe class Expand<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes y for the channels of the part.</summary>
    public static void Forward(Planes x, Planes y, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, x), Surface.Of<L, V>(memory.Activations.Pointer, y));
        nint plane = x.Channels == y.Channels ? from.Plane : 0, pitch = x.Height == y.Height ? from.Pitch : 0;
        nint pixel = x.Width == y.Width ? from.Pixel : 0;
        var (c, end) = part.Of(y.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < y.Height; h++)
            {
                float* source = from.Pointer + c * plane + h * pitch, row = to.Pointer + c * to.Plane + h * to.Pitch;
                for (int w = 0; w < y.Width; w++, source += pixel, row += L.Width)
                {
                    L.Store(L.Load(source), row);
                }
            }
        }
    }

    /// <summary>Writes, or adds to, dx for the channels of the part: the sum of dy over the repetitions, row by row.</summary>
    public static void Backward(Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, dy), Surface.Of<L, V>(memory.Activations.Pointer, dx));
        int channels = dy.Channels / dx.Channels, rows = dy.Height / dx.Height, columns = dy.Width / dx.Width;
        var (c, end) = part.Of(dx.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < dx.Height; h++)
            {
                float* pixel = to.Pointer + c * to.Plane + h * to.Pitch;
                for (int w = 0; w < dx.Width; w++, pixel += L.Width)
                {
                    V sum = accumulate ? L.Load(pixel) : L.Zero;
                    for (int k = c; k < c + channels; k++)
                    {
                        for (int p = h; p < h + rows; p++)
                        {
                            sum = L.Add(sum, Sum(from.Pointer + k * from.Plane + p * from.Pitch + w * from.Pixel, columns));
                        }
                    }

                    L.Store(sum, pixel);
                }
            }
        }
    }

    private static V Sum(float* first, int count)
    {
        V sum = L.Load(first);
        for (; count > 1; count--)
        {
            first += L.Width;
            sum = L.Add(sum, L.Load(first));
        }

        return sum;
    }
}
