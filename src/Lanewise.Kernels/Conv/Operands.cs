using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>The layout of a product's two factors: which one differs from lane to lane, and which one is the same in all lanes.</summary>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IOperands<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The floats between the weights of neighbouring outputs of a group.</summary>
    static abstract int OutputLanes { get; }

    /// <summary>Loads an input.</summary>
    static abstract V Input(float* p);

    /// <summary>Loads the bias of an output.</summary>
    static abstract V Bias(float* p);

    /// <summary>Loads the weights or biases of a group at p, p + stride, p + 2·stride, …</summary>
    static abstract G Weights<G>(float* p, nint stride)
        where G : unmanaged, IGroup<G, L, V>;
}

/// <summary>The batch-interleaved layout: a lane is an image with its own input; the weight is the same for all.</summary>
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

/// <summary>
/// The channel-interleaved layout: a lane is an output channel of one image with its own weight; the input is the same for all.
/// </summary>
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
