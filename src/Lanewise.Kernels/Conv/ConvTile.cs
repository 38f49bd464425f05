using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// The micro-kernel of convolution: a group of output channels × a few neighbouring pixels of one output row, summed over a list of taps.
/// The scalar line it equals: <c>y[k][pixel] = bias[k] + Σ over taps of w[k][tap] · x[tap + pixel]</c>, then + add, masked, max(0, ·).
/// A lane holds one image (<see cref="ImageOperands{L, V}"/>) or one output channel (<see cref="ChannelOperands{L, V}"/>).
/// There is one method for each number of pixels (1 to 6 here; 8, 9 and 12, for groups of one or two outputs, in the other part), because
/// only locals stay in registers. Writes the output.
/// </summary>
internal static unsafe partial class ConvTile<L, V, G, O>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where G : unmanaged, IGroup<G, L, V>
    where O : unmanaged, IOperands<L, V>
{
    /// <summary>Writes one tile of the outputs k, k + 1, … of the group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(ConvFrame* f, Tile* tile, int k)
    {
        switch (tile->Pixels)
        {
            case 12: Twelve(f, tile, k); break;
            case 9: Nine(f, tile, k); break;
            case 8: Eight(f, tile, k); break;
            case 6: Six(f, tile, k); break;
            case 5: Five(f, tile, k); break;
            case 4: Four(f, tile, k); break;
            case 3: Three(f, tile, k); break;
            case 2: Two(f, tile, k); break;
            default: One(f, tile, k); break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Six(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0, q4 = q0, q5 = q0;
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
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
        Finish(q2, f, tile, k, 2);
        Finish(q3, f, tile, k, 3);
        Finish(q4, f, tile, k, 4);
        Finish(q5, f, tile, k, 5);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Five(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0, q4 = q0;
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
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
        Finish(q2, f, tile, k, 2);
        Finish(q3, f, tile, k, 3);
        Finish(q4, f, tile, k, 4);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Four(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0;
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
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
        Finish(q2, f, tile, k, 2);
        Finish(q3, f, tile, k, 3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Three(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0;
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
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
        Finish(q2, f, tile, k, 2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Two(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0;
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
            }
        }

        Finish(q0, f, tile, k, 0);
        Finish(q1, f, tile, k, 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void One(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = O.Weights<G>(f->Bias + k * f->BiasStride, f->BiasStride);
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = O.Weights<G>(w + tap->Weight, f->WeightStride);
                q0.Fma(O.Input(p), g);
            }
        }

        Finish(q0, f, tile, k, 0);
    }

    /// <summary>Applies add, mask and ReLU to the sums of one pixel and writes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(G q, ConvFrame* f, Tile* tile, int k, int pixel)
    {
        nint at = pixel * f->OutputStep;
        if (f->Add.Pointer != null)
        {
            q.Add(G.Load(f->Add.At(tile, k) + at, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            q.Mask(G.Load(f->Mask.At(tile, k) + at, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q.ReLU();
        }

        q.Store(f->Output.At(tile, k) + at, f->Output.Plane);
    }
}
