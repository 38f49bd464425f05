using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// The elementwise functions of <see cref="ActivationKind"/>, y = f(x), and their gradients, dx = f′(x) · dy. x and y may be the same
/// activation; a lane is whatever theirs is.
/// </summary>
internal static unsafe partial class Activation<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes y = f(x) for the channels of the part.</summary>
    public static void Forward(ActivationFormula formula, Planes x, Planes y, in BlockMemory memory, Part part)
    {
        switch (formula.Kind)
        {
            case ActivationKind.LeakyReLU: Forward(new LeakyReLU(formula), x, y, memory, part); break;
            case ActivationKind.Hardtanh: Forward(new Hardtanh(formula), x, y, memory, part); break;
            case ActivationKind.Sigmoid: Forward(default(Sigmoid), x, y, memory, part); break;
            case ActivationKind.Hardsigmoid: Forward(new Hardsigmoid(formula), x, y, memory, part); break;
            case ActivationKind.Hardswish: Forward(default(Hardswish), x, y, memory, part); break;
            case ActivationKind.SiLU: Forward(default(SiLU), x, y, memory, part); break;
            default: Forward(new Rescaling(formula), x, y, memory, part); break;
        }
    }

    /// <summary>Writes, or adds to, dx = f′(x) · dy for the channels of the part.</summary>
    public static void Backward(
        ActivationFormula formula, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part)
    {
        switch (formula.Kind)
        {
            case ActivationKind.LeakyReLU: Backward(new LeakyReLU(formula), x, dy, dx, accumulate, memory, part); break;
            case ActivationKind.Hardtanh: Backward(new Hardtanh(formula), x, dy, dx, accumulate, memory, part); break;
            case ActivationKind.Sigmoid: Backward(default(Sigmoid), x, dy, dx, accumulate, memory, part); break;
            case ActivationKind.Hardsigmoid: Backward(new Hardsigmoid(formula), x, dy, dx, accumulate, memory, part); break;
            case ActivationKind.Hardswish: Backward(default(Hardswish), x, dy, dx, accumulate, memory, part); break;
            case ActivationKind.SiLU: Backward(default(SiLU), x, dy, dx, accumulate, memory, part); break;
            default: Backward(new Rescaling(formula), x, dy, dx, accumulate, memory, part); break;
        }
    }

    private static void Forward<TFunction>(TFunction f, Planes x, Planes y, in BlockMemory memory, Part part)
        where TFunction : struct, IFunction
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
                    L.Store(f.Value(L.Load(source + i)), row + i);
                }
            }
        }
    }

    private static void Backward<TFunction>(
        TFunction f, Planes x, Planes dy, Planes dx, bool accumulate, in BlockMemory memory, Part part)
        where TFunction : struct, IFunction
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
                    V value = L.Multiply(f.Slope(L.Load(values + i)), L.Load(gradients + i));
                    L.Store(accumulate ? L.Add(L.Load(row + i), value) : value, row + i);
                }
            }
        }
    }

    /// <summary>The smaller of a value and a bound; a NaN is passed on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Min(V bound, V x) => L.IfGreater(x, bound, bound, x);

    /// <summary>A value where low &lt; x &lt; high, otherwise 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Between(V low, V x, V high, V inside) => L.IfGreater(x, low, L.IfGreater(high, x, inside, L.Zero), L.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Logistic(V x)
    {
        V one = L.Create(1);
        return L.Divide(one, L.Add(one, L.Exp(L.Subtract(L.Zero, x))));
    }
}
