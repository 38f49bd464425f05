using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Which of a product's two factors fills the lanes, and which is the same in all of them.</summary>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IOperands<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Floats between the weights of neighbouring outputs of a group.</summary>
    static abstract int OutputLanes { get; }

    /// <summary>An input.</summary>
    static abstract V Input(float* p);

    /// <summary>An output's bias.</summary>
    static abstract V Bias(float* p);

    /// <summary>A group's weights or biases at p, p + stride, p + 2·stride, …</summary>
    static abstract G Weights<G>(float* p, nint stride)
        where G : unmanaged, IGroup<G, L, V>;
}

/// <summary>A lane is an image: each has its input, and the weight is the same for all.</summary>
internal unsafe struct ImageOperands<L, V> : IOperands<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    public static int OutputLanes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Input(float* p) => L.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Bias(float* p) => L.Splat(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static G Weights<G>(float* p, nint stride)
        where G : unmanaged, IGroup<G, L, V> => G.Splat(p, stride);
}

/// <summary>A lane is an output channel of one image: each has its weight, and the input is the same for all.</summary>
internal unsafe struct ChannelOperands<L, V> : IOperands<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    public static int OutputLanes => L.Width;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Input(float* p) => L.Splat(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Bias(float* p) => L.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static G Weights<G>(float* p, nint stride)
        where G : unmanaged, IGroup<G, L, V> => G.Load(p, stride);
}
