using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Four outputs of one pixel.</summary>
internal unsafe struct Quad<L, V> : IGroup<Quad<L, V>, L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private V _a, _b, _c, _d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<L, V> Splat(float* p, nint stride) =>
        new() { _a = L.Splat(p), _b = L.Splat(p + stride), _c = L.Splat(p + 2 * stride), _d = L.Splat(p + 3 * stride) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<L, V> Load(float* p, nint stride) =>
        new() { _a = L.Load(p), _b = L.Load(p + stride), _c = L.Load(p + 2 * stride), _d = L.Load(p + 3 * stride) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p, nint stride)
    {
        L.Store(_a, p);
        L.Store(_b, p + stride);
        L.Store(_c, p + 2 * stride);
        L.Store(_d, p + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fma(V x, in Quad<L, V> w)
    {
        _a = L.Fma(x, w._a, _a);
        _b = L.Fma(x, w._b, _b);
        _c = L.Fma(x, w._c, _c);
        _d = L.Fma(x, w._d, _d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in Quad<L, V> other)
    {
        _a = L.Add(_a, other._a);
        _b = L.Add(_b, other._b);
        _c = L.Add(_c, other._c);
        _d = L.Add(_d, other._d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ReLU()
    {
        _a = L.Max(L.Zero, _a);
        _b = L.Max(L.Zero, _b);
        _c = L.Max(L.Zero, _c);
        _d = L.Max(L.Zero, _d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mask(in Quad<L, V> mask)
    {
        _a = L.IfGreater(mask._a, L.Zero, _a, L.Zero);
        _b = L.IfGreater(mask._b, L.Zero, _b, L.Zero);
        _c = L.IfGreater(mask._c, L.Zero, _c, L.Zero);
        _d = L.IfGreater(mask._d, L.Zero, _d, L.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddSums(float* to, nint half)
    {
        L.AddSums(_a, _b, _c, _d, to, half);
    }
}
