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

    /// <summary>eᵛ, to a few units in the last place.</summary>
    static abstract V Exp(V v);

    /// <summary>The natural logarithm, to a few units in the last place.</summary>
    static abstract V Log(V v);

    /// <summary>The sum over all lanes.</summary>
    static abstract float Sum(V v);

    /// <summary>Adds the sums of a, b, c and d over the lanes to four neighbouring floats.</summary>
    static abstract void AddSums(V a, V b, V c, V d, float* to);

    /// <summary>Writes lane i of a, b, c and d to four neighbouring floats at to + i·step. Not supported with one lane.</summary>
    static abstract void StoreTransposed(V a, V b, V c, V d, float* to, nint step);
}
