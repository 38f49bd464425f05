namespace Lanewise.Kernels;

/// <summary>
/// Softmax over the channels of each pixel, y[c] = exp(x[c]) / Σ exp(x[i]), shifted by the largest x
/// so that no exponential overflows. A lane is an image.
/// </summary>
internal static unsafe class Softmax<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes y[c] = exp(x[c] − max) / Σ exp(x[i] − max) for the rows of the part.</summary>
    public static void Forward(Planes x, Planes y, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, x), Surface.Of<L, V>(memory.Activations.Pointer, y));
        var (h, end) = part.Of(x.Height);
        for (; h < end; h++)
        {
            for (int w = 0; w < x.Width; w++)
            {
                float* pixel = from.Pointer + h * from.Pitch + w * from.Pixel, result = to.Pointer + h * to.Pitch + w * to.Pixel;
                V top = L.Load(pixel), sum = L.Zero;
                for (int c = 1; c < x.Channels; c++)
                {
                    top = L.Max(top, L.Load(pixel + c * from.Plane));
                }

                for (int c = 0; c < x.Channels; c++)
                {
                    V power = LaneMath<L, V>.Exp(L.Subtract(L.Load(pixel + c * from.Plane), top));
                    sum = L.Add(sum, power);
                    L.Store(power, result + c * to.Plane);
                }

                for (int c = 0; c < x.Channels; c++)
                {
                    L.Store(L.Divide(L.Load(result + c * to.Plane), sum), result + c * to.Plane);
                }
            }
        }
    }

    /// <summary>Writes, or adds to, dx[c] = y[c] · (dy[c] − Σ dy[i] · y[i]) for the rows of the part.</summary>
    public static void Backward(Planes y, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part)
    {
        float* activations = memory.Activations.Pointer;
        var (from, gradient, to) = (Surface.Of<L, V>(activations, y), Surface.Of<L, V>(activations, dy), Surface.Of<L, V>(activations, dx));
        var (h, end) = part.Of(y.Height);
        for (; h < end; h++)
        {
            for (int w = 0; w < y.Width; w++)
            {
                float* values = from.Pointer + h * from.Pitch + w * from.Pixel;
                float* gradients = gradient.Pointer + h * gradient.Pitch + w * gradient.Pixel;
                V sum = L.Zero;
                for (int c = 0; c < y.Channels; c++)
                {
                    sum = L.Fma(L.Load(values + c * from.Plane), L.Load(gradients + c * gradient.Plane), sum);
                }

                for (int c = 0; c < y.Channels; c++)
                {
                    float* pixel = to.Pointer + c * to.Plane + h * to.Pitch + w * to.Pixel;
                    V value = L.Multiply(L.Load(values + c * from.Plane), L.Subtract(L.Load(gradients + c * gradient.Plane), sum));
                    L.Store(accumulate ? L.Add(L.Load(pixel), value) : value, pixel);
                }
            }
        }
    }
}
