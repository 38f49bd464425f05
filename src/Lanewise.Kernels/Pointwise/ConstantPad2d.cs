namespace Lanewise.Kernels;

/// <summary>
/// Surrounds an image with rows and columns of one value, y[c][top + h][left + w] = x[c][h][w]. A lane is whatever x's is.
/// </summary>
internal static unsafe class ConstantPad2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes y for the channels of the part.</summary>
    public static void Forward(Planes x, Planes y, (int Top, int Left) offset, float value, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, x), Surface.Of<L, V>(memory.Activations.Pointer, y));
        V padding = L.Create(value);
        var (c, end) = part.Of(y.Channels);
        for (; c < end; c++)
        {
            for (int p = 0; p < y.Height; p++)
            {
                int h = p - offset.Top;
                bool inside = (uint)h < (uint)x.Height;
                float* row = to.Pointer + c * to.Plane + p * to.Pitch, source = from.Pointer + c * from.Plane + h * from.Pitch;
                for (int q = 0; q < y.Width; q++, row += L.Width)
                {
                    int w = q - offset.Left;
                    L.Store(inside && (uint)w < (uint)x.Width ? L.Load(source + w * from.Pixel) : padding, row);
                }
            }
        }
    }

    /// <summary>Writes, or adds to, dx for the channels of the part: the gradients of the image's pixels.</summary>
    public static void Backward(Planes dy, Planes dx, (int Top, int Left) offset, bool accumulate, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, dy), Surface.Of<L, V>(memory.Activations.Pointer, dx));
        var (c, end) = part.Of(dx.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < dx.Height; h++)
            {
                float* gradient = from.Pointer + c * from.Plane + (h + offset.Top) * from.Pitch + offset.Left * from.Pixel;
                float* row = to.Pointer + c * to.Plane + h * to.Pitch;
                for (nint i = 0; i < dx.Width * L.Width; i += L.Width)
                {
                    V value = L.Load(gradient + i);
                    L.Store(accumulate ? L.Add(L.Load(row + i), value) : value, row + i);
                }
            }
        }
    }
}
