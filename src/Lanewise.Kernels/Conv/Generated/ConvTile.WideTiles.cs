// Generated from ConvTile.template, which is the file to change; see README.md.
using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

internal static unsafe partial class ConvTile<L, V, G, O>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Twelve(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0, q4 = q0, q5 = q0, q6 = q0, q7 = q0,
            q8 = q0, q9 = q0, q10 = q0, q11 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = O.Weights<G>(w + tap->Weight, f->WeightStride);
                q0.Fma(O.Input(p), g);
                q1.Fma(O.Input(p + step), g);
                q2.Fma(O.Input(p + 2 * step), g);
                q3.Fma(O.Input(p + 3 * step), g);
                q4.Fma(O.Input(p + 4 * step), g);
                q5.Fma(O.Input(p + 5 * step), g);
                q6.Fma(O.Input(p + 6 * step), g);
                q7.Fma(O.Input(p + 7 * step), g);
                q8.Fma(O.Input(p + 8 * step), g);
                q9.Fma(O.Input(p + 9 * step), g);
                q10.Fma(O.Input(p + 10 * step), g);
                q11.Fma(O.Input(p + 11 * step), g);
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
        Finish(q2, f, tile, k, 2);
        Finish(q3, f, tile, k, 3);
        Finish(q4, f, tile, k, 4);
        Finish(q5, f, tile, k, 5);
        Finish(q6, f, tile, k, 6);
        Finish(q7, f, tile, k, 7);
        Finish(q8, f, tile, k, 8);
        Finish(q9, f, tile, k, 9);
        Finish(q10, f, tile, k, 10);
        Finish(q11, f, tile, k, 11);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Nine(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0, q4 = q0, q5 = q0, q6 = q0, q7 = q0,
            q8 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = O.Weights<G>(w + tap->Weight, f->WeightStride);
                q0.Fma(O.Input(p), g);
                q1.Fma(O.Input(p + step), g);
                q2.Fma(O.Input(p + 2 * step), g);
                q3.Fma(O.Input(p + 3 * step), g);
                q4.Fma(O.Input(p + 4 * step), g);
                q5.Fma(O.Input(p + 5 * step), g);
                q6.Fma(O.Input(p + 6 * step), g);
                q7.Fma(O.Input(p + 7 * step), g);
                q8.Fma(O.Input(p + 8 * step), g);
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
        Finish(q2, f, tile, k, 2);
        Finish(q3, f, tile, k, 3);
        Finish(q4, f, tile, k, 4);
        Finish(q5, f, tile, k, 5);
        Finish(q6, f, tile, k, 6);
        Finish(q7, f, tile, k, 7);
        Finish(q8, f, tile, k, 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Eight(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0, q4 = q0, q5 = q0, q6 = q0, q7 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = O.Weights<G>(w + tap->Weight, f->WeightStride);
                q0.Fma(O.Input(p), g);
                q1.Fma(O.Input(p + step), g);
                q2.Fma(O.Input(p + 2 * step), g);
                q3.Fma(O.Input(p + 3 * step), g);
                q4.Fma(O.Input(p + 4 * step), g);
                q5.Fma(O.Input(p + 5 * step), g);
                q6.Fma(O.Input(p + 6 * step), g);
                q7.Fma(O.Input(p + 7 * step), g);
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
        Finish(q2, f, tile, k, 2);
        Finish(q3, f, tile, k, 3);
        Finish(q4, f, tile, k, 4);
        Finish(q5, f, tile, k, 5);
        Finish(q6, f, tile, k, 6);
        Finish(q7, f, tile, k, 7);
    }
}
