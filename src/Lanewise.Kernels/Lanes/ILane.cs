namespace Lanewise.Kernels;

/// <summary>
/// The number type of every kernel: a vector <c>V</c> holds <see cref="Width"/> floats, one of each image of a block, or one of each of
/// several channels. The operations are static and take the raw vector, because a wrapper struct would keep the JIT from using registers.
/// </summary>
/// <typeparam name="V">The vector, for example <c>Vector512&lt;float&gt;</c>.</typeparam>
internal unsafe interface ILane<V> where V : unmanaged
{
    /// <summary>The number of floats in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>The number of vector registers at this width, 16 or 32, which bounds the tiles.</summary>
    static abstract int Registers { get; }

    static abstract V Zero { get; }

    static abstract V Load(float* p);

    static abstract void Store(V v, float* p);

    /// <summary>Broadcasts the float at <paramref name="p"/> to every lane.</summary>
    static abstract V Splat(float* p);

    static abstract V Create(float value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    static abstract V Sqrt(V v);

    /// <summary>a·b + c, fused where the processor supports it.</summary>
    static abstract V Fma(V a, V b, V c);

    /// <summary>The larger of the two; a NaN in <paramref name="b"/> is passed on.</summary>
    static abstract V Max(V a, V b);

    /// <summary>a &gt; b ? x : y, lane by lane.</summary>
    static abstract V IfGreater(V a, V b, V x, V y);

    /// <summary>a == b ? x : 0, lane by lane.</summary>
    static abstract V IfEqual(V a, V b, V x);

    /// <summary>v · 2ᵉ for whole numbers e, where v and the result are normal numbers.</summary>
    static abstract V Scale(V v, V e);

    /// <summary>e of v = m · 2ᵉ with 1 ≤ m &lt; 2, for positive normal numbers.</summary>
    static abstract V Exponent(V v);

    /// <summary>m of v = m · 2ᵉ with 1 ≤ m &lt; 2, for positive normal numbers.</summary>
    static abstract V Mantissa(V v);

    /// <summary>
    /// Adds a to one float, four lanes after four: to += (a₀ + a₂) + (a₁ + a₃), then to += (a₄ + a₆) + (a₅ + a₇), and so on, so that the
    /// result does not depend on the width. From lane 8 on to the float <paramref name="half"/> floats further, that of the next slot; 0
    /// where the lanes belong to one slot.
    /// </summary>
    static abstract void AddSum(V a, float* to, nint half);

    /// <summary>Adds a, b, c and d to four neighbouring floats, each as <see cref="AddSum"/> does.</summary>
    static abstract void AddSums(V a, V b, V c, V d, float* to, nint half);

    /// <summary>Writes lane i of a, b, c and d to four neighbouring floats at to + i·step. Not supported with one lane.</summary>
    static abstract void StoreTransposed(V a, V b, V c, V d, float* to, nint step);
}
