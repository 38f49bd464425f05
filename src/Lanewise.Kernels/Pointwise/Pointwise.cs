using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>A formula of the values of two activations at the same pixel.</summary>
internal interface IFormula<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    static abstract V Apply(V a, V b);
}

/// <summary>
/// ReLU, Add, Mul and their gradients: to = formula(a, b), pixel by pixel. a, b and the result may be the same activation; a lane is
/// whatever theirs is.
/// </summary>
internal static unsafe class Pointwise<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the part's channels of to = formula(a, b).</summary>
    public static void Run<TFormula>(Planes a, Planes b, Planes to, in BlockMemory memory, Part part)
        where TFormula : struct, IFormula<L, V>
    {
        float* pa = memory.Activations.Pointer + (nint)a.Offset * L.Width;
        float* pb = memory.Activations.Pointer + (nint)b.Offset * L.Width;
        float* pt = memory.Activations.Pointer + (nint)to.Offset * L.Width;
        var (c, end) = part.Of(to.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < to.Height; h++)
            {
                float* rowA = pa + ((nint)c * a.PlaneStride + h * a.Pitch) * L.Width;
                float* rowB = pb + ((nint)c * b.PlaneStride + h * b.Pitch) * L.Width;
                float* row = pt + ((nint)c * to.PlaneStride + h * to.Pitch) * L.Width;
                for (nint i = 0; i < to.Width * L.Width; i += L.Width)
                {
                    L.Store(TFormula.Apply(L.Load(rowA + i), L.Load(rowB + i)), row + i);
                }
            }
        }
    }

    /// <summary>Adds a·b to to, in the part's channels.</summary>
    public static void AddProduct(Planes a, Planes b, Planes to, in BlockMemory memory, Part part)
    {
        float* activations = memory.Activations.Pointer;
        var (first, second) = (Surface.Of<L, V>(activations, a), Surface.Of<L, V>(activations, b));
        var sum = Surface.Of<L, V>(activations, to);
        var (c, end) = part.Of(to.Channels);
        for (; c < end; c++)
        {
            for (int h = 0; h < to.Height; h++)
            {
                float* rowA = first.Pointer + c * first.Plane + h * first.Pitch;
                float* rowB = second.Pointer + c * second.Plane + h * second.Pitch;
                float* row = sum.Pointer + c * sum.Plane + h * sum.Pitch;
                for (nint i = 0; i < to.Width * L.Width; i += L.Width)
                {
                    L.Store(L.Fma(L.Load(rowA + i), L.Load(rowB + i), L.Load(row + i)), row + i);
                }
            }
        }
    }

    /// <summary>Writes to = x · factor, a factor for each channel, in the part's channels.</summary>
    public static void Scale(Planes x, Planes factor, Planes to, in BlockMemory memory, Part part)
    {
        float* activations = memory.Activations.Pointer;
        var (from, factors) = (Surface.Of<L, V>(activations, x), Surface.Of<L, V>(activations, factor));
        var product = Surface.Of<L, V>(activations, to);
        var (c, end) = part.Of(to.Channels);
        for (; c < end; c++)
        {
            V scale = L.Load(factors.Pointer + c * factors.Plane);
            for (int h = 0; h < to.Height; h++)
            {
                float* source = from.Pointer + c * from.Plane + h * from.Pitch;
                float* row = product.Pointer + c * product.Plane + h * product.Pitch;
                for (nint i = 0; i < to.Width * L.Width; i += L.Width)
                {
                    L.Store(L.Multiply(L.Load(source + i), scale), row + i);
                }
            }
        }
    }

    /// <summary>Writes zeros to the channels of the part.</summary>
    public static void Clear(Planes to, in BlockMemory memory, Part part) => Run<Nothing>(to, to, to, memory, part);

    /// <summary>a + b.</summary>
    public readonly struct Sum : IFormula<L, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V a, V b) => L.Add(a, b);
    }

    /// <summary>max(0, a + b).</summary>
    public readonly struct SumReLU : IFormula<L, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V a, V b) => L.Max(L.Zero, L.Add(a, b));
    }

    /// <summary>a · b.</summary>
    public readonly struct Product : IFormula<L, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V a, V b) => L.Multiply(a, b);
    }

    /// <summary>max(0, a).</summary>
    public readonly struct ReLU : IFormula<L, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V a, V b) => L.Max(L.Zero, a);
    }

    /// <summary>b &gt; 0 ? a : 0.</summary>
    public readonly struct Mask : IFormula<L, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V a, V b) => L.IfGreater(b, L.Zero, a, L.Zero);
    }

    /// <summary>a.</summary>
    public readonly struct Copy : IFormula<L, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V a, V b) => a;
    }

    private readonly struct Nothing : IFormula<L, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V a, V b) => L.Zero;
    }
}
