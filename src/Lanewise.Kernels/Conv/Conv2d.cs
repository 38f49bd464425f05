namespace Lanewise.Kernels;

/// <summary>
/// Conv2d and Linear by lists of taps: forward (y[k][p][q] = bias[k] + Σ w[k][c][r][s] · x[c][h][w]), gradient to the input (other lists,
/// the same weights). Runs the micro-kernels over tiles, groups of outputs and bands of rows.
/// </summary>
internal static unsafe class Conv2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Runs a forward pass or a gradient to the input. Writes the rows and channels of the part.</summary>
    public static void Run<O>(DirectConv2dCall call, in BlockMemory memory, Part part)
        where O : unmanaged, IOperands<L, V>
    {
        float* activations = memory.Activations.Pointer, weights = memory.Weights.Pointer;
        float* zeros = stackalloc float[L.Width];
        L.Store(L.Zero, zeros);
        fixed (Tap* taps = call.Taps.Taps)
        fixed (Tile* tiles = call.Taps.Tiles)
        {
            var frame = new ConvFrame
            {
                Source = Surface.Of<L, V>(activations, call.Source).Pointer,
                Weights = weights + call.Weights.Packed,
                Bias = call.Weights.Bias >= 0 ? weights + call.Weights.Bias : zeros,
                BiasStride = call.Weights.Bias >= 0 ? O.OutputLanes : 0,
                Taps = taps,
                Output = Surface.Of<L, V>(activations, call.Output),
                Add = call.Epilogue.Add is { } add ? Surface.Of<L, V>(activations, add) : default,
                Mask = call.Epilogue.Mask is { } mask ? Surface.Of<L, V>(activations, mask) : default,
                ReLU = call.Epilogue.ReLU,
                SourceStep = (nint)call.SourceStep * L.Width,
                OutputStep = (nint)call.OutputStep * L.Width,
                WeightsPerOutput = call.WeightsPerOutput,
                WeightStride = call.WeightStride,
                Chunks = call.Taps.Chunks,
                ChunkInput = call.Taps.ChunkInput,
                ChunkWeight = call.Taps.ChunkWeight,
            };
            if (call.Epilogue.Pool is { } pool)
            {
                PooledConv2d<L, V>.Run<O>(call, pool, &frame, tiles, memory, part);
                return;
            }

            var activation = ConvActivation<L, V>.Of(call, activations);
            int[] rows = call.Taps.RowStart;
            int chunks = call.OutputChunks;
            var (first, end) = part.Of(call.Units);
            for (int unit = first; unit < end; unit++)
            {
                var (band, chunk) = Math.DivRem(unit, chunks);
                int row = band * call.BandRows, last = Math.Min(row + call.BandRows, rows.Length - 1);
                int start = call.ChunkStart(chunk, chunks), outputs = call.ChunkStart(chunk + 1, chunks), k = start;
                if (call.Pairs)
                {
                    k = Pairs(&frame, tiles + rows[row], tiles + rows[last], k, outputs, call);
                }

                Outputs<O>(&frame, tiles + rows[row], tiles + rows[last], k, outputs, call.Group);
                activation.Apply((start, outputs), (row, last), (0, call.Output.Width));
            }
        }
    }

    /// <summary>Runs tiles for the outputs k … outputs − 1, group by group. Writes them.</summary>
    public static void Outputs<O>(ConvFrame* frame, Tile* first, Tile* end, int k, int outputs, int group)
        where O : unmanaged, IOperands<L, V>
    {
        for (; k + group <= outputs; k += group)
        {
            Tiles<O>(group, frame, first, end, k);
        }

        if (k < outputs)
        {
            Tiles<O>(outputs - k, frame, first, end, k);
        }
    }

    /// <summary>
    /// Runs tiles for pairs of groups of the outputs k … outputs − 1, writes them, and returns the first output that belongs to no pair.
    /// </summary>
    private static int Pairs(ConvFrame* frame, Tile* first, Tile* end, int k, int outputs, DirectConv2dCall call)
    {
        nint band = (nint)call.BandRows * call.SourceStep * call.Source.Pitch * L.Width;
        for (; k + 2 * call.Group <= outputs; k += 2 * call.Group)
        {
            // Each pair prefetches a different pixel of the same tile one band further down.
            frame->PrefetchOffset = band + k / (2 * call.Group) % DirectConv2dCall.PairPixels * frame->SourceStep;
            for (Tile* tile = first; tile < end; tile++)
            {
                ConvPairTile<L, V>.Run(frame, tile, k);
            }
        }

        return k;
    }

    private static void Tiles<O>(int group, ConvFrame* frame, Tile* first, Tile* end, int k)
        where O : unmanaged, IOperands<L, V>
    {
        switch (group)
        {
            case 5: Tiles<Penta<L, V>, O>(frame, first, end, k); break;
            case 4: Tiles<Quad<L, V>, O>(frame, first, end, k); break;
            case 3: Tiles<Trio<L, V>, O>(frame, first, end, k); break;
            case 2: Tiles<Duo<L, V>, O>(frame, first, end, k); break;
            default: Tiles<Solo<L, V>, O>(frame, first, end, k); break;
        }
    }

    private static void Tiles<G, O>(ConvFrame* frame, Tile* first, Tile* end, int k)
        where G : unmanaged, IGroup<G, L, V>
        where O : unmanaged, IOperands<L, V>
    {
        for (Tile* tile = first; tile < end; tile++)
        {
            ConvTile<L, V, G, O>.Run(frame, tile, k);
        }
    }
}
