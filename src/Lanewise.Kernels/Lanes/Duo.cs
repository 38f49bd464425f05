using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Two outputs of one pixel.</summary>
internal unsafe struct Duo<L, V> : IGroup<Duo<L, V>, L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private V _a, _b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Duo<L, V> Splat(float* p, nint stride) =>
        new() { _a = L.Splat(p), _b = L.Splat(p + stride) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Duo<L, V> Load(float* p, nint stride) =>
        new() { _a = L.Load(p), _b = L.Load(p + stride) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p, nint stride)
    {
        L.Store(_a, p);
        L.Store(_b, p + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fma(V x, in Duo<L, V> w)
    {
        _a = L.Fma(x, w._a, _a);
        _b = L.Fma(x, w._b, _b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in Duo<L, V> other)
    {
        _a = L.Add(_a, other._a);
        _b = L.Add(_b, other._b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ReLU()
    {
        _a = L.Max(L.Zero, _a);
        _b = L.Max(L.Zero, _b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mask(in Duo<L, V> mask)
    {
        _a = L.IfGreater(mask._a, L.Zero, _a, L.Zero);
        _b = L.IfGreater(mask._b, L.Zero, _b, L.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddSums(float* to, nint half)
    {
        L.AddSum(_a, to, half);
        L.AddSum(_b, to + 1, half);
    }
}
