namespace Lanewise.Kernels;

/// <summary>The gradient to the bias of a convolution: the layout, and the destination that it adds to.</summary>
/// <param name="Gradient">dy, the gradient to the output of the layer.</param>
/// <param name="Bias">The first float of the bias gradients.</param>
/// <param name="Slots">How the sums over images are divided.</param>
internal sealed record BiasGradientCall(Planes Gradient, int Bias, SlotLayout Slots);

/// <summary>Adds to db[k]: Σ over images and pixels of dy[k][pixel].</summary>
internal static unsafe class BiasGradient<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Adds to the gradients of the outputs of the part.</summary>
    public static void Run(BiasGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        float* to = blocks[0].Gradients.Pointer + call.Bias;
        var (k, end) = part.Of(call.Gradient.Channels);
        for (; k < end; k++)
        {
            if (call.Slots.Count == 1)
            {
                AddSlot(call, blocks, k, to + k, blocks[0].Half);
                continue;
            }

            var sums = new SlotTree<FloatSum>();
            for (int slot = 0; slot < call.Slots.SlotsOf(blocks.Length, L.Width); slot++)
            {
                float sum = 0;
                AddSlot(call, call.Slots.Slot(blocks, slot, L.Width), k, &sum, 0);
                sums.Add(new(sum));
            }

            to[k] += sums.Total().Value;
        }
    }

    private static void AddSlot(BiasGradientCall call, ReadOnlySpan<BlockMemory> blocks, int k, float* to, nint half)
    {
        foreach (ref readonly var block in blocks)
        {
            var dy = Surface.Of<L, V>(block.Activations.Pointer, call.Gradient);
            V even = L.Zero, odd = L.Zero;
            for (int p = 0; p < call.Gradient.Height; p++)
            {
                float* row = dy.Pointer + k * dy.Plane + p * dy.Pitch, last = row + call.Gradient.Width * L.Width;
                for (; row + L.Width < last; row += 2 * L.Width)
                {
                    even = L.Add(even, L.Load(row));
                    odd = L.Add(odd, L.Load(row + L.Width));
                }

                if (row < last)
                {
                    even = L.Add(even, L.Load(row));
                }
            }

            L.AddSum(L.Add(even, odd), to, half);
        }
    }
}
