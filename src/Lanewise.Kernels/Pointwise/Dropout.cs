namespace Lanewise.Kernels;

/// <summary>
/// Dropout (Srivastava et al. 2014), to = kept ? x / (1 − p) : 0, with the mask of <see cref="DropoutMask"/>; the same formula forward and
/// backward. A lane is an image.
/// </summary>
internal static unsafe class Dropout<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes to = kept ? x / (1 − p) : 0 for the channels of the part, or adds it to to.</summary>
    public static void Run(Planes x, Planes to, ulong key, float p, bool accumulate, in BlockMemory memory, Part part)
    {
        var (from, result) = (Surface.Of<L, V>(memory.Activations.Pointer, x), Surface.Of<L, V>(memory.Activations.Pointer, to));
        float* mask = stackalloc float[16];
        float scale = DropoutMask.Scale(p);
        var (c, end) = part.Of(x.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < x.Height; h++)
            {
                for (int w = 0; w < x.Width; w++)
                {
                    for (int lane = 0; lane < L.Width; lane++)
                    {
                        mask[lane] = DropoutMask.Keeps(key, memory.Place + lane, (c * x.Height + h) * x.Width + w, p) ? scale : 0;
                    }

                    float* pixel = result.Pointer + c * result.Plane + h * result.Pitch + w * result.Pixel;
                    V value = L.Multiply(L.Load(from.Pointer + c * from.Plane + h * from.Pitch + w * from.Pixel), L.Load(mask));
                    L.Store(accumulate ? L.Add(L.Load(pixel), value) : value, pixel);
                }
            }
        }
    }
}
