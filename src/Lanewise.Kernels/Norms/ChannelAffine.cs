namespace Lanewise.Kernels;

/// <summary>
/// y[c] = weight[c] · x[c] + bias[c], channel by channel, and its gradients. A lane is an image; forward it may also be a channel in the
/// channel-interleaved layout.
/// </summary>
internal static unsafe class ChannelAffine<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The number of pixels that are summed in single precision.</summary>
    private const int Run = 128;

    /// <summary>Writes y = weight · x + bias for the planes of the part.</summary>
    public static void Forward(ChannelAffineCall call, in BlockMemory memory, Part part)
    {
        float* weights = memory.Weights.Pointer + call.Weight, biases = memory.Weights.Pointer + call.Bias;
        var (x, y) = (Surface.Of<L, V>(memory.Activations.Pointer, call.Input), Surface.Of<L, V>(memory.Activations.Pointer, call.Output));
        var (c, end) = part.Of(call.Input.Channels);
        for (; c < end; c++)
        {
            V weight = OfPlane(weights, call.Lanes, c), bias = call.Bias < 0 ? L.Zero : OfPlane(biases, call.Lanes, c);
            for (int h = 0; h < call.Input.Height; h++)
            {
                float* from = x.Pointer + c * x.Plane + h * x.Pitch, to = y.Pointer + c * y.Plane + h * y.Pitch;
                for (nint i = 0; i < call.Input.Width * L.Width; i += L.Width)
                {
                    L.Store(L.Fma(weight, L.Load(from + i), bias), to + i);
                }
            }
        }
    }

    /// <summary>Writes, or adds to, dx = weight · dy for the channels of the part.</summary>
    public static void BackwardInput(ChannelAffineCall call, in BlockMemory memory, Part part)
    {
        float* activations = memory.Activations.Pointer;
        var (dy, dx) = (Surface.Of<L, V>(activations, call.Output), Surface.Of<L, V>(activations, call.InputGradient));
        var (c, end) = part.Of(call.Input.Channels);
        for (; c < end; c++)
        {
            V weight = L.Splat(memory.Weights.Pointer + call.Weight + c);
            for (int h = 0; h < call.Input.Height; h++)
            {
                float* from = dy.Pointer + c * dy.Plane + h * dy.Pitch, to = dx.Pointer + c * dx.Plane + h * dx.Pitch;
                for (nint i = 0; i < call.Input.Width * L.Width; i += L.Width)
                {
                    V value = L.Multiply(weight, L.Load(from + i));
                    L.Store(call.Accumulate ? L.Add(L.Load(to + i), value) : value, to + i);
                }
            }
        }
    }

    /// <summary>
    /// Adds Σ dy · x and Σ dy to the gradients of weight and bias for the channels of the part. Lanes without an image count in no sum.
    /// </summary>
    public static void BackwardWeights(ChannelAffineCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        float* gradients = blocks[0].Gradients.Pointer;
        var (c, end) = part.Of(call.Input.Channels);
        for (; c < end; c++)
        {
            if (call.Slots.Images < L.Width)
            {
                // A block of two slots.
                int half = call.Slots.Images;
                Add(call, c, SumOf(call, c, blocks, (0, half)), gradients);
                Add(call, c, SumOf(call, c, blocks, (half, 2 * half)), gradients + blocks[0].Half);
                continue;
            }

            var (products, sums) = (new SlotTree<FloatSum>(), new SlotTree<FloatSum>());
            for (int i = 0; i < call.Slots.SlotsOf(blocks.Length, L.Width); i++)
            {
                var slot = SumOf(call, c, call.Slots.Slot(blocks, i, L.Width), (0, L.Width));
                products.Add(new(slot.Product));
                sums.Add(new(slot.Sum));
            }

            Add(call, c, (products.Total().Value, sums.Total().Value), gradients);
        }
    }

    private static void Add(ChannelAffineCall call, int c, (float Product, float Sum) sums, float* gradients)
    {
        gradients[call.Weight + c] += sums.Product;
        if (call.Bias >= 0)
        {
            gradients[call.Bias + c] += sums.Sum;
        }
    }

    /// <summary>Sums dy · x and dy over channel c of a slot's blocks, of some lanes only, piece by piece and band by band.</summary>
    private static (float Product, float Sum) SumOf(
        ChannelAffineCall call, int c, ReadOnlySpan<BlockMemory> blocks, (int First, int End) lanes)
    {
        double product = 0, sum = 0;
        float* products = stackalloc float[16], sums = stackalloc float[16];
        int rows = Math.Max(1, Run / call.Input.Width), pieceBlocks = call.Slots.PieceBlocks(L.Width);
        for (int first = 0; first < blocks.Length; first += pieceBlocks)
        {
            var piece = blocks[first..Math.Min(first + pieceBlocks, blocks.Length)];
            for (int h = 0; h < call.Input.Height; h += rows)
            {
                foreach (ref readonly var block in piece)
                {
                    SumRows(call, c, (h, Math.Min(h + rows, call.Input.Height)), block, products, sums);
                    for (int lane = lanes.First; lane < Math.Min(lanes.End, block.Images); lane++)
                    {
                        product += products[lane];
                        sum += sums[lane];
                    }
                }
            }
        }

        return ((float)product, (float)sum);
    }

    /// <summary>Sums over a few rows of channel c, lane by lane.</summary>
    private static void SumRows(
        ChannelAffineCall call, int c, (int First, int End) rows, in BlockMemory block, float* toProducts, float* toSums)
    {
        float* activations = block.Activations.Pointer;
        var (x, dy) = (Surface.Of<L, V>(activations, call.Input), Surface.Of<L, V>(activations, call.Output));
        V products = L.Zero, sums = L.Zero;
        for (int h = rows.First; h < rows.End; h++)
        {
            float* values = x.Pointer + c * x.Plane + h * x.Pitch, gradients = dy.Pointer + c * dy.Plane + h * dy.Pitch;
            for (nint i = 0; i < call.Input.Width * L.Width; i += L.Width)
            {
                V gradient = L.Load(gradients + i);
                products = L.Fma(L.Load(values + i), gradient, products);
                sums = L.Add(sums, gradient);
            }
        }

        L.Store(products, toProducts);
        L.Store(sums, toSums);
    }

    /// <summary>Gets the number of a plane's channel in all lanes, or those of its channels, one in each lane.</summary>
    private static V OfPlane(float* values, ChannelLanes? lanes, int plane)
    {
        if (lanes is null)
        {
            return L.Splat(values + plane);
        }

        float* own = stackalloc float[16];
        var (first, count) = lanes.ChannelsOf(plane);
        for (int lane = 0; lane < L.Width; lane++)
        {
            own[lane] = lane < count ? values[first + lane] : 0;
        }

        return L.Load(own);
    }
}
