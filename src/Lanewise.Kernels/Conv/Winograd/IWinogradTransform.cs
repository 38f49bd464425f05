namespace Lanewise.Kernels;

/// <summary>Winograd's transforms in one dimension, at some number of points.</summary>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IWinogradTransform<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The number of points, and of inputs.</summary>
    static abstract int Side { get; }

    /// <summary>Bᵀ: from inputs, <paramref name="step"/> apart, to points, <paramref name="toStep"/> apart.</summary>
    static abstract void Input(float* from, nint step, float* to, nint toStep);

    /// <summary>The same, with zeros for the inputs before <paramref name="first"/> and from <paramref name="end"/> on.</summary>
    static abstract void Input(float* from, nint step, int first, int end, float* to, nint toStep);

    /// <summary>Aᵀ: from points to outputs, as many as the number of points and the filter leave.</summary>
    static abstract void Output(float* from, nint step, float* to, nint toStep, int outputs, V min);

    /// <summary>G: from a filter to points.</summary>
    static abstract void Filter(float* from, nint step, float* to, nint toStep, int taps);
}

/// <summary>The transforms of the gradient to the weights.</summary>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IWinogradGradientTransform<L, V> : IWinogradTransform<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>A: from the gradients to outputs, as many as the number of points and the filter leave, to points.</summary>
    static abstract void Gradient(float* from, nint step, float* to, nint toStep, int outputs);

    /// <summary>Gᵀ: from points to the gradients of a filter.</summary>
    static abstract void FilterGradient(float* from, nint step, float* to, nint toStep, int taps);
}
