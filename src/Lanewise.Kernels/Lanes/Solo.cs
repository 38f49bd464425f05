using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>One output of one pixel.</summary>
internal unsafe struct Solo<L, V> : IGroup<Solo<L, V>, L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private V _a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Solo<L, V> Splat(float* p, nint stride) =>
        new() { _a = L.Splat(p) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Solo<L, V> Load(float* p, nint stride) =>
        new() { _a = L.Load(p) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p, nint stride)
    {
        L.Store(_a, p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fma(V x, in Solo<L, V> w)
    {
        _a = L.Fma(x, w._a, _a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in Solo<L, V> other)
    {
        _a = L.Add(_a, other._a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ReLU()
    {
        _a = L.Max(L.Zero, _a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mask(in Solo<L, V> mask)
    {
        _a = L.IfGreater(mask._a, L.Zero, _a, L.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddSums(float* to, nint half)
    {
        L.AddSum(_a, to, half);
    }
}
