namespace Lanewise.Kernels;

/// <summary>
/// Winograd's minimal filtering F(m,r) in one dimension, y = Aᵀ((G w) ⊙ (Bᵀ x)): m outputs of an r-tap filter from m + r − 1 products.
/// In two dimensions the transforms are applied to columns, then to rows. The pointers address vectors; each lane is transformed alone.
/// </summary>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IWinogradTransform<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The number of points and of inputs: m + r − 1.</summary>
    static abstract int Side { get; }

    /// <summary>Transforms inputs, <paramref name="step"/> apart, by Bᵀ. Writes points, <paramref name="toStep"/> apart.</summary>
    static abstract void Input(float* from, nint step, float* to, nint toStep);

    /// <summary>
    /// Transforms inputs by Bᵀ, with zeros for those before <paramref name="first"/> and from <paramref name="end"/> on. Writes points.
    /// </summary>
    static abstract void Input(float* from, nint step, int first, int end, float* to, nint toStep);

    /// <summary>Transforms products at the points by Aᵀ. Writes max(min, ·) of the <paramref name="outputs"/> outputs.</summary>
    static abstract void Output(float* from, nint step, float* to, nint toStep, int outputs, V min);

    /// <summary>Transforms a filter of 3 or 5 <paramref name="taps"/> by G. Writes points.</summary>
    static abstract void Filter(float* from, nint step, float* to, nint toStep, int taps);
}

/// <summary>The transforms of the gradient to a filter, dw = Gᵀ((A dy) ⊙ (Bᵀ x)).</summary>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IWinogradGradientTransform<L, V> : IWinogradTransform<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Transforms the gradients to <paramref name="outputs"/> outputs by A. Writes points.</summary>
    static abstract void Gradient(float* from, nint step, float* to, nint toStep, int outputs);

    /// <summary>Transforms products at the points by Gᵀ. Writes the gradients to a filter of 3 or 5 <paramref name="taps"/>.</summary>
    static abstract void FilterGradient(float* from, nint step, float* to, nint toStep, int taps);
}
