namespace Lanewise.Kernels;

/// <summary>
/// Local response normalization (Krizhevsky et al. 2012), y[c] = x[c] · (k + α / size · Σ x[i]²)^−β over neighbouring channels i, pixel by
/// pixel. A lane is an image.
/// </summary>
internal static unsafe class LocalResponseNorm<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes y[c] = x[c] · s[c]^−β with s[c] = k + α / size · Σ x[i]² for the rows of the part.</summary>
    public static void Forward(ResponseNorm norm, Planes x, Planes y, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, x), Surface.Of<L, V>(memory.Activations.Pointer, y));
        float* values = stackalloc float[x.Channels * L.Width];
        var (h, end) = part.Of(x.Height);
        for (; h < end; h++)
        {
            for (int w = 0; w < x.Width; w++)
            {
                Gather(from, h, w, x.Channels, values);
                for (int c = 0; c < x.Channels; c++)
                {
                    V scale = Scale(norm, values, c, x.Channels);
                    V value = L.Multiply(L.Load(values + c * L.Width), Power(scale, norm.Beta));
                    L.Store(value, to.Pointer + c * to.Plane + h * to.Pitch + w * to.Pixel);
                }
            }
        }
    }

    /// <summary>
    /// Writes, or adds to, dx[c] = dy[c] · s[c]^−β − 2αβ / size · x[c] · Σ dy[j] · x[j] · s[j]^(−β−1) over the channels j whose sums
    /// include c, for the rows of the part.
    /// </summary>
    public static void Backward(ResponseNorm norm, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part)
    {
        float* activations = memory.Activations.Pointer;
        var (from, gradient, to) = (Surface.Of<L, V>(activations, x), Surface.Of<L, V>(activations, dy), Surface.Of<L, V>(activations, dx));
        int channels = x.Channels;
        float* values = stackalloc float[channels * L.Width], direct = stackalloc float[channels * L.Width];
        float* shared = stackalloc float[channels * L.Width];
        V factor = L.Create(-2 * norm.Alpha * norm.Beta / norm.Size);
        var (h, end) = part.Of(x.Height);
        for (; h < end; h++)
        {
            for (int w = 0; w < x.Width; w++)
            {
                Gather(from, h, w, channels, values);
                for (int c = 0; c < channels; c++)
                {
                    V scale = Scale(norm, values, c, channels);
                    V incoming = L.Load(gradient.Pointer + c * gradient.Plane + h * gradient.Pitch + w * gradient.Pixel);
                    V through = L.Multiply(incoming, Power(scale, norm.Beta));
                    L.Store(through, direct + c * L.Width);
                    L.Store(L.Divide(L.Multiply(through, L.Load(values + c * L.Width)), scale), shared + c * L.Width);
                }

                for (int c = 0; c < channels; c++)
                {
                    V sum = L.Zero;
                    for (int j = Math.Max(0, c - (norm.Size - 1) / 2); j <= Math.Min(channels - 1, c + norm.Size / 2); j++)
                    {
                        sum = L.Add(sum, L.Load(shared + j * L.Width));
                    }

                    float* pixel = to.Pointer + c * to.Plane + h * to.Pitch + w * to.Pixel;
                    V value = L.Fma(L.Multiply(factor, L.Load(values + c * L.Width)), sum, L.Load(direct + c * L.Width));
                    L.Store(accumulate ? L.Add(L.Load(pixel), value) : value, pixel);
                }
            }
        }
    }

    private static void Gather(Surface x, int h, int w, int channels, float* values)
    {
        float* pixel = x.Pointer + h * x.Pitch + w * x.Pixel;
        for (int c = 0; c < channels; c++, pixel += x.Plane)
        {
            L.Store(L.Load(pixel), values + c * L.Width);
        }
    }

    private static V Scale(ResponseNorm norm, float* values, int c, int channels)
    {
        V sum = L.Zero;
        for (int i = Math.Max(0, c - norm.Size / 2); i <= Math.Min(channels - 1, c + (norm.Size - 1) / 2); i++)
        {
            V value = L.Load(values + i * L.Width);
            sum = L.Fma(value, value, sum);
        }

        return L.Fma(sum, L.Create(norm.Alpha / norm.Size), L.Create(norm.K));
    }

    /// <summary>Computes x^−beta for positive x.</summary>
    private static V Power(V x, float beta) => LaneMath<L, V>.Exp(L.Multiply(LaneMath<L, V>.Log(x), L.Create(-beta)));
}
