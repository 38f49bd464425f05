namespace Lanewise.Kernels;

/// <summary>
/// The direct gradient to the weights of a convolution, dw[k][tap] = Σ over images and pixels of dy[k][pixel] · x[tap + pixel], by
/// <see cref="ConvGradientTile{L, V, G}"/> over bands of rows, groups of taps and groups of outputs. Adds to the packed weight gradients.
/// </summary>
internal static unsafe class DirectGradient<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Adds to the gradients of the outputs of the part.</summary>
    public static void Run(DirectGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        float* to = blocks[0].Gradients.Pointer + call.Weights;
        var (first, end) = part.Of(call.Units);
        (first, end) = (first * call.Group, Math.Min(end * call.Group, call.Gradient.Channels));
        if (call.Slots.Count == 1)
        {
            AddSlot(call, blocks, first, end, to, blocks[0].Half);
            return;
        }

        int slots = call.Slots.SlotsOf(blocks.Length, L.Width);
        for (int k = first; k < end; k += call.SlotOutputs)
        {
            int last = Math.Min(k + call.SlotOutputs, end), groups = (last - k + call.Group - 1) / call.Group;
            int length = groups * call.Group * call.WeightsPerOutput;
            nint start = (nint)k * call.WeightsPerOutput;
            var sums = new SlotBuffers<L, V>(blocks[0].Scratch.Pointer, length);
            for (int slot = 0; slot < slots; slot++)
            {
                new Span<float>(sums.Next, length).Clear();
                AddSlot(call, call.Slots.Slot(blocks, slot, L.Width), k, last, sums.Next - start, 0);
                sums.Add();
            }

            sums.Complete();
            SlotBuffers<L, V>.Accumulate(sums.Total, to + start, length);
        }
    }

    /// <summary>
    /// Adds the sums over the images of a slot, piece by piece and band by band; those of the upper half of the lanes half floats further.
    /// </summary>
    private static void AddSlot(DirectGradientCall call, ReadOnlySpan<BlockMemory> blocks, int first, int end, float* to, nint half)
    {
        int pieceBlocks = call.Slots.PieceBlocks(L.Width);
        for (int start = 0; start < blocks.Length; start += pieceBlocks)
        {
            var piece = blocks[start..Math.Min(start + pieceBlocks, blocks.Length)];
            for (int row = 0; row < call.Gradient.Height; row += call.BandRows)
            {
                foreach (ref readonly var block in piece)
                {
                    AddBand(call, block, row, (first, end), to, half);
                }
            }
        }
    }

    private static void AddBand(
        DirectGradientCall call, in BlockMemory memory, int row, (int First, int End) outputs, float* to, nint half)
    {
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, call.Gradient);
        var x = Surface.Of<L, V>(memory.Activations.Pointer, call.Input);
        var frame = new GradientFrame
        {
            Input = x.Pointer,
            InputPitch = x.Pitch * call.InputRowStep,
            InputStep = x.Pixel * call.InputStep,
            GradientPlane = dy.Plane,
            GradientPitch = dy.Pitch,
            Half = half,
            FirstRow = row,
            EndRow = Math.Min(row + call.BandRows, call.Gradient.Height),
        };
        fixed (TapGroup* groups = call.Groups.Taps)
        {
            int[] chunks = call.Groups.ChunkStart;
            for (int chunk = 0; chunk < chunks.Length - 1; chunk++)
            {
                for (int k = outputs.First; k < outputs.End; k += call.Group)
                {
                    Outputs(
                        Math.Min(call.Group, outputs.End - k), &frame, groups + chunks[chunk], groups + chunks[chunk + 1],
                        dy.Pointer + k * dy.Plane, to + (nint)k * call.WeightsPerOutput);
                }
            }
        }
    }

    private static void Outputs(int group, GradientFrame* frame, TapGroup* first, TapGroup* end, float* dy, float* to)
    {
        switch (group)
        {
            case 5: Outputs<Penta<L, V>>(frame, first, end, dy, to); break;
            case 4: Outputs<Quad<L, V>>(frame, first, end, dy, to); break;
            case 3: Outputs<Trio<L, V>>(frame, first, end, dy, to); break;
            case 2: Outputs<Duo<L, V>>(frame, first, end, dy, to); break;
            default: Outputs<Solo<L, V>>(frame, first, end, dy, to); break;
        }
    }

    private static void Outputs<G>(GradientFrame* frame, TapGroup* first, TapGroup* end, float* dy, float* to)
        where G : unmanaged, IGroup<G, L, V>
    {
        for (TapGroup* taps = first; taps < end; taps++)
        {
            ConvGradientTile<L, V, G>.Run(frame, taps, dy, to);
        }
    }
}
