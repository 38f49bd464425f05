namespace Lanewise.Kernels;

/// <summary>
/// One to five output channels (or vectors of them) of one pixel in registers: accumulators of a tile, or the weights for a tap.
/// </summary>
/// <typeparam name="G">The group itself.</typeparam>
/// <typeparam name="L">The lane operations.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IGroup<G, L, V>
    where G : unmanaged, IGroup<G, L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Broadcasts the floats at p, p + stride, p + 2·stride, … to all lanes.</summary>
    static abstract G Splat(float* p, nint stride);

    /// <summary>Loads the vectors at p, p + stride, p + 2·stride, …</summary>
    static abstract G Load(float* p, nint stride);

    /// <summary>Writes the vectors to p, p + stride, p + 2·stride, …</summary>
    void Store(float* p, nint stride);

    /// <summary>this += x · w, with the same input x for every output.</summary>
    void Fma(V x, in G w);

    /// <summary>this += other.</summary>
    void Add(in G other);

    /// <summary>this = max(0, this).</summary>
    void ReLU();

    /// <summary>this = mask &gt; 0 ? this : 0.</summary>
    void Mask(in G mask);

    /// <summary>Adds the lanes of each output to neighbouring floats, as <see cref="ILane{V}.AddSum"/> does.</summary>
    void AddSums(float* to, nint half);
}
