namespace Lanewise.Kernels;

/// <summary>
/// The number type of every kernel: <c>V</c> holds one value of each of <see cref="Width"/> images, side by side.
/// The operations are static ones on the raw vector, because a wrapper struct costs the JIT its registers.
/// </summary>
/// <typeparam name="V">The vector, for example <c>Vector512&lt;float&gt;</c>.</typeparam>
internal unsafe interface ILane<V> where V : unmanaged
{
    /// <summary>How many images a vector holds.</summary>
    static abstract int Width { get; }

    /// <summary>How many vector registers the processor has at this width: 16 or 32. It decides the tiles' size.</summary>
    static abstract int Registers { get; }

    static abstract V Zero { get; }

    static abstract V Load(float* p);

    static abstract void Store(V v, float* p);

    /// <summary>The float at <paramref name="p"/> in every lane.</summary>
    static abstract V Splat(float* p);

    static abstract V Create(float value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    static abstract V Sqrt(V v);

    /// <summary>a·b + c, fused where the processor can.</summary>
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

    /// <summary>Adds to: the four sums over the lanes of a, b, c and d, in four neighbouring floats.</summary>
    static abstract void AddSums(V a, V b, V c, V d, float* to);

    /// <summary>Writes to: each lane's values of a, b, c and d, in four neighbouring floats; lane i's at to + i·step. Not for one lane.</summary>
    static abstract void StoreTransposed(V a, V b, V c, V d, float* to, nint step);
}
