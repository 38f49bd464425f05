namespace Lanewise.Kernels;

/// <summary>
/// An elementwise function, y = f(x), and its gradient, dx = f′(x) · dy. x and y may be the same activation; a lane is whatever theirs
/// is.
/// </summary>
internal static unsafe class Activation<TFunction, L, V>
    where TFunction : struct, IActivation
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes y = f(x) for the channels of the part.</summary>
    public static void Forward(ActivationFormula formula, Planes x, Planes y, in BlockMemory memory, Part part)
    {
        var (from, to) = (Surface.Of<L, V>(memory.Activations.Pointer, x), Surface.Of<L, V>(memory.Activations.Pointer, y));
        var (c, end) = part.Of(y.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < y.Height; h++)
            {
                float* source = from.Pointer + c * from.Plane + h * from.Pitch, row = to.Pointer + c * to.Plane + h * to.Pitch;
                for (nint i = 0; i < y.Width * L.Width; i += L.Width)
                {
                    L.Store(TFunction.Value<L, V>(L.Load(source + i), formula), row + i);
                }
            }
        }
    }

    /// <summary>Applies f to a rectangle of one channel, in place.</summary>
    /// <param name="formula">The function's numbers.</param>
    /// <param name="first">The first pixel.</param>
    /// <param name="pitch">From one row to the next, in floats.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns.</param>
    public static void InPlace(ActivationFormula formula, float* first, nint pitch, int rows, int columns)
    {
        for (int h = 0; h < rows; h++, first += pitch)
        {
            for (nint i = 0; i < columns * L.Width; i += L.Width)
            {
                L.Store(TFunction.Value<L, V>(L.Load(first + i), formula), first + i);
            }
        }
    }

    /// <summary>Writes, or adds to, dx = f′(x) · dy for the channels of the part.</summary>
    public static void Backward(
        ActivationFormula formula, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part)
    {
        float* activations = memory.Activations.Pointer;
        var (from, gradient, to) = (Surface.Of<L, V>(activations, x), Surface.Of<L, V>(activations, dy), Surface.Of<L, V>(activations, dx));
        var (c, end) = part.Of(dx.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < dx.Height; h++)
            {
                float* values = from.Pointer + c * from.Plane + h * from.Pitch;
                float* gradients = gradient.Pointer + c * gradient.Plane + h * gradient.Pitch;
                float* row = to.Pointer + c * to.Plane + h * to.Pitch;
                for (nint i = 0; i < dx.Width * L.Width; i += L.Width)
                {
                    V value = L.Multiply(TFunction.Slope<L, V>(L.Load(values + i), formula), L.Load(gradients + i));
                    L.Store(accumulate ? L.Add(L.Load(row + i), value) : value, row + i);
                }
            }
        }
    }
}
