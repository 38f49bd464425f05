namespace Lanewise.Kernels;

/// <summary>
/// The parameter-free shortcut (He et al. 2015, option A), y[before + c][p][q] = x[c][p·stride][q·stride]: every stride-th pixel, zeros in
/// the channels before and after. A lane is an image.
/// </summary>
internal static unsafe class IdentityShortcut<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes y for the channels of the part.</summary>
    public static void Forward(Planes x, Planes y, int before, (int Rows, int Columns) stride, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, x), Surface.Of<L, V>(memory.Activations.Pointer, y));
        var (k, end) = part.Of(y.Channels);
        for (; k < end; k++)
        {
            int c = k - before;
            for (int p = 0; p < y.Height; p++)
            {
                float* row = to.Pointer + k * to.Plane + p * to.Pitch, pixel = from.Pointer + c * from.Plane + p * stride.Rows * from.Pitch;
                for (int q = 0; q < y.Width; q++, row += L.Width, pixel += stride.Columns * L.Width)
                {
                    L.Store((uint)c < (uint)x.Channels ? L.Load(pixel) : L.Zero, row);
                }
            }
        }
    }

    /// <summary>
    /// Writes the gradient to the input for the channels of the part, or adds to it: dy where the pixel was kept, zero elsewhere.
    /// </summary>
    public static void Backward(
        Planes dy, Planes dx, int before, (int Rows, int Columns) stride, bool accumulate, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, dy), Surface.Of<L, V>(memory.Activations.Pointer, dx));
        var (c, end) = part.Of(dx.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < dx.Height; h++)
            {
                float* row = to.Pointer + c * to.Plane + h * to.Pitch;
                float* kept = from.Pointer + (before + c) * from.Plane + h / stride.Rows * from.Pitch;
                for (int w = 0; w < dx.Width; w++, row += L.Width)
                {
                    V value = h % stride.Rows == 0 && w % stride.Columns == 0 ? L.Load(kept + w / stride.Columns * from.Pixel) : L.Zero;
                    L.Store(accumulate ? L.Add(L.Load(row), value) : value, row);
                }
            }
        }
    }
}
