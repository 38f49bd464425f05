namespace Lanewise.Kernels;

/// <summary>
/// A few output channels of one pixel, kept in registers: the accumulators of a tile, or the weights that they share.
/// </summary>
/// <typeparam name="G">The group itself.</typeparam>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IGroup<G, L, V>
    where G : unmanaged, IGroup<G, L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Broadcasts the floats at p, p + stride, p + 2·stride, …</summary>
    static abstract G Splat(float* p, nint stride);

    /// <summary>Loads the vectors at p, p + stride, p + 2·stride, …</summary>
    static abstract G Load(float* p, nint stride);

    /// <summary>Writes the vectors to p, p + stride, p + 2·stride, …</summary>
    void Store(float* p, nint stride);

    /// <summary>this += x · w, the same pixel for every output.</summary>
    void Fma(V x, in G w);

    /// <summary>this += other.</summary>
    void Add(in G other);

    /// <summary>this = max(0, this).</summary>
    void ReLU();

    /// <summary>Keeps the values whose <paramref name="mask"/> is positive, zeroes the others.</summary>
    void Mask(in G mask);

    /// <summary>Adds to: each output's sum over the lanes, in neighbouring floats.</summary>
    void AddSums(float* to);
}
