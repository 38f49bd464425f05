using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// The micro-kernel: a group of output channels × one to six pixels, summed over a list of taps. One method for each
/// number of pixels, alike but for it, since only locals stay in registers. The scalar line it equals:
/// <c>y[k][pixel] = bias[k] + Σ over taps of w[k][tap] · x[tap + pixel]</c>, then + add, masked, max(0, ·).
/// </summary>
internal static unsafe class ConvTile<L, V, G>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where G : unmanaged, IGroup<G, L, V>
{
    /// <summary>Writes the outputs k … k + G.Size − 1 of one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(ConvFrame* f, Tile* tile, int k)
    {
        switch (tile->Pixels)
        {
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
        G q0 = G.Splat(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0, q4 = q0, q5 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = G.Splat(w + tap->Weight, f->WeightStride);
                q0.Fma(L.Load(p), g);
                q1.Fma(L.Load(p + step), g);
                q2.Fma(L.Load(p + 2 * step), g);
                q3.Fma(L.Load(p + 3 * step), g);
                q4.Fma(L.Load(p + 4 * step), g);
                q5.Fma(L.Load(p + 5 * step), g);
            }
        }

        step = f->OutputStep;
        if (f->Add.Pointer != null)
        {
            float* p = f->Add.At(tile, k);
            q0.Add(G.Load(p, f->Add.Plane));
            q1.Add(G.Load(p + step, f->Add.Plane));
            q2.Add(G.Load(p + 2 * step, f->Add.Plane));
            q3.Add(G.Load(p + 3 * step, f->Add.Plane));
            q4.Add(G.Load(p + 4 * step, f->Add.Plane));
            q5.Add(G.Load(p + 5 * step, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            float* p = f->Mask.At(tile, k);
            q0.Mask(G.Load(p, f->Mask.Plane));
            q1.Mask(G.Load(p + step, f->Mask.Plane));
            q2.Mask(G.Load(p + 2 * step, f->Mask.Plane));
            q3.Mask(G.Load(p + 3 * step, f->Mask.Plane));
            q4.Mask(G.Load(p + 4 * step, f->Mask.Plane));
            q5.Mask(G.Load(p + 5 * step, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q0.ReLU();
            q1.ReLU();
            q2.ReLU();
            q3.ReLU();
            q4.ReLU();
            q5.ReLU();
        }

        float* y = f->Output.At(tile, k);
        q0.Store(y, f->Output.Plane);
        q1.Store(y + step, f->Output.Plane);
        q2.Store(y + 2 * step, f->Output.Plane);
        q3.Store(y + 3 * step, f->Output.Plane);
        q4.Store(y + 4 * step, f->Output.Plane);
        q5.Store(y + 5 * step, f->Output.Plane);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Five(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = G.Splat(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0, q4 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = G.Splat(w + tap->Weight, f->WeightStride);
                q0.Fma(L.Load(p), g);
                q1.Fma(L.Load(p + step), g);
                q2.Fma(L.Load(p + 2 * step), g);
                q3.Fma(L.Load(p + 3 * step), g);
                q4.Fma(L.Load(p + 4 * step), g);
            }
        }

        step = f->OutputStep;
        if (f->Add.Pointer != null)
        {
            float* p = f->Add.At(tile, k);
            q0.Add(G.Load(p, f->Add.Plane));
            q1.Add(G.Load(p + step, f->Add.Plane));
            q2.Add(G.Load(p + 2 * step, f->Add.Plane));
            q3.Add(G.Load(p + 3 * step, f->Add.Plane));
            q4.Add(G.Load(p + 4 * step, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            float* p = f->Mask.At(tile, k);
            q0.Mask(G.Load(p, f->Mask.Plane));
            q1.Mask(G.Load(p + step, f->Mask.Plane));
            q2.Mask(G.Load(p + 2 * step, f->Mask.Plane));
            q3.Mask(G.Load(p + 3 * step, f->Mask.Plane));
            q4.Mask(G.Load(p + 4 * step, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q0.ReLU();
            q1.ReLU();
            q2.ReLU();
            q3.ReLU();
            q4.ReLU();
        }

        float* y = f->Output.At(tile, k);
        q0.Store(y, f->Output.Plane);
        q1.Store(y + step, f->Output.Plane);
        q2.Store(y + 2 * step, f->Output.Plane);
        q3.Store(y + 3 * step, f->Output.Plane);
        q4.Store(y + 4 * step, f->Output.Plane);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Four(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = G.Splat(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0, q3 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = G.Splat(w + tap->Weight, f->WeightStride);
                q0.Fma(L.Load(p), g);
                q1.Fma(L.Load(p + step), g);
                q2.Fma(L.Load(p + 2 * step), g);
                q3.Fma(L.Load(p + 3 * step), g);
            }
        }

        step = f->OutputStep;
        if (f->Add.Pointer != null)
        {
            float* p = f->Add.At(tile, k);
            q0.Add(G.Load(p, f->Add.Plane));
            q1.Add(G.Load(p + step, f->Add.Plane));
            q2.Add(G.Load(p + 2 * step, f->Add.Plane));
            q3.Add(G.Load(p + 3 * step, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            float* p = f->Mask.At(tile, k);
            q0.Mask(G.Load(p, f->Mask.Plane));
            q1.Mask(G.Load(p + step, f->Mask.Plane));
            q2.Mask(G.Load(p + 2 * step, f->Mask.Plane));
            q3.Mask(G.Load(p + 3 * step, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q0.ReLU();
            q1.ReLU();
            q2.ReLU();
            q3.ReLU();
        }

        float* y = f->Output.At(tile, k);
        q0.Store(y, f->Output.Plane);
        q1.Store(y + step, f->Output.Plane);
        q2.Store(y + 2 * step, f->Output.Plane);
        q3.Store(y + 3 * step, f->Output.Plane);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Three(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = G.Splat(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0, q2 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = G.Splat(w + tap->Weight, f->WeightStride);
                q0.Fma(L.Load(p), g);
                q1.Fma(L.Load(p + step), g);
                q2.Fma(L.Load(p + 2 * step), g);
            }
        }

        step = f->OutputStep;
        if (f->Add.Pointer != null)
        {
            float* p = f->Add.At(tile, k);
            q0.Add(G.Load(p, f->Add.Plane));
            q1.Add(G.Load(p + step, f->Add.Plane));
            q2.Add(G.Load(p + 2 * step, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            float* p = f->Mask.At(tile, k);
            q0.Mask(G.Load(p, f->Mask.Plane));
            q1.Mask(G.Load(p + step, f->Mask.Plane));
            q2.Mask(G.Load(p + 2 * step, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q0.ReLU();
            q1.ReLU();
            q2.ReLU();
        }

        float* y = f->Output.At(tile, k);
        q0.Store(y, f->Output.Plane);
        q1.Store(y + step, f->Output.Plane);
        q2.Store(y + 2 * step, f->Output.Plane);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Two(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = G.Splat(f->Bias + k * f->BiasStride, f->BiasStride), q1 = q0;
        nint step = f->SourceStep;
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = G.Splat(w + tap->Weight, f->WeightStride);
                q0.Fma(L.Load(p), g);
                q1.Fma(L.Load(p + step), g);
            }
        }

        step = f->OutputStep;
        if (f->Add.Pointer != null)
        {
            float* p = f->Add.At(tile, k);
            q0.Add(G.Load(p, f->Add.Plane));
            q1.Add(G.Load(p + step, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            float* p = f->Mask.At(tile, k);
            q0.Mask(G.Load(p, f->Mask.Plane));
            q1.Mask(G.Load(p + step, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q0.ReLU();
            q1.ReLU();
        }

        float* y = f->Output.At(tile, k);
        q0.Store(y, f->Output.Plane);
        q1.Store(y + step, f->Output.Plane);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void One(ConvFrame* f, Tile* tile, int k)
    {
        G q0 = G.Splat(f->Bias + k * f->BiasStride, f->BiasStride);
        float* x = f->Source + tile->Source, w = f->Weights + k * f->WeightsPerOutput;
        Tap* first = f->Taps + tile->FirstTap, end = first + tile->Taps;
        for (int chunk = f->Chunks; chunk > 0; chunk--, x += f->ChunkInput, w += f->ChunkWeight)
        {
            for (Tap* tap = first; tap < end; tap++)
            {
                float* p = x + tap->Input;
                var g = G.Splat(w + tap->Weight, f->WeightStride);
                q0.Fma(L.Load(p), g);
            }
        }

        if (f->Add.Pointer != null)
        {
            float* p = f->Add.At(tile, k);
            q0.Add(G.Load(p, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            float* p = f->Mask.At(tile, k);
            q0.Mask(G.Load(p, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q0.ReLU();
        }

        float* y = f->Output.At(tile, k);
        q0.Store(y, f->Output.Plane);
    }
}
