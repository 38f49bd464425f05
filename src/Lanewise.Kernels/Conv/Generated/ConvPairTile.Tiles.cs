// Generated from ConvPairTile.template, which is the file to change; see README.md.
using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

internal static unsafe partial class ConvPairTile<L, V>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Three(ConvFrame* f, Tile* tile, int k)
    {
        Quad<L, V> a0 = Quad<L, V>.Splat(f->Bias + k * f->BiasStride, f->BiasStride);
        Quad<L, V> b0 = Quad<L, V>.Splat(f->Bias + (k + Group) * f->BiasStride, f->BiasStride), a1 = a0, b1 = b0, a2 = a0, b2 = b0;
        nint step = f->SourceStep;
        nint prefetch = f->PrefetchOffset, next = Group * f->WeightsPerOutput;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input, v = w + tap->Weight;
                Prefetch(p + prefetch);
                V x0 = L.Load(p), x1 = L.Load(p + step), x2 = L.Load(p + 2 * step);
                var g = Quad<L, V>.Splat(v, f->WeightStride);
                a0.Fma(x0, g);
                a1.Fma(x1, g);
                a2.Fma(x2, g);
                g = Quad<L, V>.Splat(v + next, f->WeightStride);
                b0.Fma(x0, g);
                b1.Fma(x1, g);
                b2.Fma(x2, g);
            }
        }

        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(a0, f, tile, k, 0);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(a1, f, tile, k, 1);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(a2, f, tile, k, 2);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(b0, f, tile, k + Group, 0);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(b1, f, tile, k + Group, 1);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(b2, f, tile, k + Group, 2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Two(ConvFrame* f, Tile* tile, int k)
    {
        Quad<L, V> a0 = Quad<L, V>.Splat(f->Bias + k * f->BiasStride, f->BiasStride);
        Quad<L, V> b0 = Quad<L, V>.Splat(f->Bias + (k + Group) * f->BiasStride, f->BiasStride), a1 = a0, b1 = b0;
        nint step = f->SourceStep;
        nint prefetch = f->PrefetchOffset, next = Group * f->WeightsPerOutput;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input, v = w + tap->Weight;
                Prefetch(p + prefetch);
                V x0 = L.Load(p), x1 = L.Load(p + step);
                var g = Quad<L, V>.Splat(v, f->WeightStride);
                a0.Fma(x0, g);
                a1.Fma(x1, g);
                g = Quad<L, V>.Splat(v + next, f->WeightStride);
                b0.Fma(x0, g);
                b1.Fma(x1, g);
            }
        }

        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(a0, f, tile, k, 0);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(a1, f, tile, k, 1);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(b0, f, tile, k + Group, 0);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(b1, f, tile, k + Group, 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void One(ConvFrame* f, Tile* tile, int k)
    {
        Quad<L, V> a0 = Quad<L, V>.Splat(f->Bias + k * f->BiasStride, f->BiasStride);
        Quad<L, V> b0 = Quad<L, V>.Splat(f->Bias + (k + Group) * f->BiasStride, f->BiasStride);
        nint prefetch = f->PrefetchOffset, next = Group * f->WeightsPerOutput;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input, v = w + tap->Weight;
                Prefetch(p + prefetch);
                V x0 = L.Load(p);
                var g = Quad<L, V>.Splat(v, f->WeightStride);
                a0.Fma(x0, g);
                g = Quad<L, V>.Splat(v + next, f->WeightStride);
                b0.Fma(x0, g);
            }
        }

        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(a0, f, tile, k, 0);
        ConvTile<L, V, Quad<L, V>, ImageOperands<L, V>>.Finish(b0, f, tile, k + Group, 0);
    }
}
