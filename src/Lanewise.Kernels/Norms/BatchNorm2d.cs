namespace Lanewise.Kernels;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015), y = (x − mean) / √(var + eps) · γ + β, channel by channel over all blocks of a batch,
/// while the channel is in the cache. A lane is an image. Sums are accumulated in single precision over a few rows of a lane and in double
/// precision beyond, slot by slot; the variance takes a second pass, so that a large mean costs no digits. Lanes without an image count in
/// no sum.
/// </summary>
internal static unsafe partial class BatchNorm2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// Writes y = (x − mean) / √(var + eps) · γ + β, then + add and max(0, ·), for the channels of the part, and the batch statistics that
    /// the backward pass reads; updates the running statistics, unless there is only one value, which has no variance.
    /// </summary>
    public static void Forward(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        float* w = blocks[0].Weights.Pointer;
        var (c, end) = part.Of(call.Input.Channels);
        if (c == 0 && end > 0)
        {
            w[call.BatchesTracked]++;
        }

        int groups = GroupsOf(call, blocks);
        for (; c < end; c++)
        {
            var means = new SlotTree<PairSum>();
            bool hasVariance = true;
            for (int i = 0; i < groups; i++)
            {
                var group = GroupOf(call, blocks, i);
                var (count, mean, squares) = MomentsOf(call, c, group);
                hasVariance &= count > 1;
                means.Add(new(mean, squares / Math.Max(1, count - 1)));
                float inverse = (float)(1 / Math.Sqrt(squares / count + call.Eps));
                float* statistics = w + call.Statistics + (nint)i * 2 * call.Input.Channels;
                (statistics[c], statistics[call.Input.Channels + c]) = ((float)mean, inverse);
                foreach (ref readonly var block in group)
                {
                    Write(call, c, w[call.Weight + c] * inverse, (float)mean, w[call.Bias + c], block);
                }
            }

            if (hasVariance)
            {
                var (mean, variance) = means.Total();
                w[call.RunningMean + c] += call.Momentum * ((float)(mean / groups) - w[call.RunningMean + c]);
                w[call.RunningVar + c] += call.Momentum * ((float)(variance / groups) - w[call.RunningVar + c]);
            }
        }
    }

    /// <summary>The number of groups of images that are normalized by statistics of their own: the slots, or one.</summary>
    private static int GroupsOf(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks) =>
        call.IsPerSlot ? call.Slots.SlotsOf(blocks.Length, L.Width) : 1;

    private static ReadOnlySpan<BlockMemory> GroupOf(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, int group) =>
        call.IsPerSlot ? call.Slots.Slot(blocks, group, L.Width) : blocks;

    /// <summary>Writes y for the channels of the part of one block by the running statistics, which it does not change.</summary>
    public static void Evaluate(BatchNormCall call, in BlockMemory memory, Part part)
    {
        float* w = memory.Weights.Pointer;
        var (c, end) = part.Of(call.Input.Channels);
        for (; c < end; c++)
        {
            float scale = w[call.Weight + c] / MathF.Sqrt(w[call.RunningVar + c] + call.Eps);
            Write(call, c, scale, w[call.RunningMean + c], w[call.Bias + c], memory);
        }
    }

    /// <summary>
    /// Adds Σ dy·x̂ and Σ dy to the gradients of γ and β for the channels of the part, and writes, or adds to, the gradient to the input,
    /// γ / √(var + eps) · (dy − mean(dy) − x̂ · mean(dy·x̂)) with x̂ = (x − mean) / √(var + eps), zero in lanes without an image.
    /// </summary>
    public static void Backward(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        float* w = blocks[0].Weights.Pointer, gradients = blocks[0].Gradients.Pointer;
        int groups = GroupsOf(call, blocks);
        var (c, end) = part.Of(call.Input.Channels);
        for (; c < end; c++)
        {
            var totals = new SlotTree<PairSum>();
            for (int i = 0; i < groups; i++)
            {
                var group = GroupOf(call, blocks, i);
                float* statistics = w + call.Statistics + (nint)i * 2 * call.Input.Channels;
                float mean = statistics[c], inverse = statistics[call.Input.Channels + c];
                var (sum, product) = GradientSums(call, c, mean, group);
                product *= inverse;
                totals.Add(new(product, sum));
                if (call.WantsInput)
                {
                    double count = (double)Images(group) * call.Input.Height * call.Input.Width;
                    float scale = w[call.Weight + c] * inverse;
                    float slope = (float)(-scale * inverse * product / count), shift = (float)(-scale * sum / count);
                    foreach (ref readonly var block in group)
                    {
                        WriteGradient(call, call.Input, c, (scale, slope, shift, mean), block);
                    }
                }
            }

            gradients[call.Weight + c] += (float)totals.Total().First;
            gradients[call.Bias + c] += (float)totals.Total().Second;
        }
    }

    /// <summary>Writes, or adds to, the gradient through running statistics, dx = dy · γ / √(var + eps).</summary>
    public static void EvaluateBackward(BatchNormCall call, in BlockMemory memory, Part part)
    {
        float* w = memory.Weights.Pointer;
        var (c, end) = part.Of(call.Input.Channels);
        for (; c < end; c++)
        {
            float scale = w[call.Weight + c] / MathF.Sqrt(w[call.RunningVar + c] + call.Eps);
            WriteGradient(call, call.Output, c, (scale, 0, 0, 0), memory);
        }
    }

    /// <summary>Gets 1 in lanes with an image, 0 in the others.</summary>
    private static V Filled(in BlockMemory memory)
    {
        float* filled = stackalloc float[16];
        for (int lane = 0; lane < L.Width; lane++)
        {
            filled[lane] = lane < memory.Images ? 1 : 0;
        }

        return L.Load(filled);
    }

    /// <summary>
    /// Writes y = (x − mean) · scale + shift, then + add, and max(0, ·); in lanes without an image 0 + add, so that values there stay
    /// bounded.
    /// </summary>
    private static void Write(BatchNormCall call, int c, float scale, float mean, float shift, in BlockMemory memory)
    {
        var (x, y) = (Surface.Of<L, V>(memory.Activations.Pointer, call.Input), Surface.Of<L, V>(memory.Activations.Pointer, call.Output));
        var add = call.Add is { } planes ? Surface.Of<L, V>(memory.Activations.Pointer, planes) : default;
        V mask = Filled(memory), factor = L.Multiply(mask, L.Create(scale)), middle = L.Create(mean),
            offset = L.Multiply(mask, L.Create(shift));
        V min = L.Create(call.ReLU ? 0 : float.NegativeInfinity);
        for (int h = 0; h < call.Output.Height; h++)
        {
            float* from = x.Pointer + c * x.Plane + h * x.Pitch, to = y.Pointer + c * y.Plane + h * y.Pitch;
            float* shortcut = add.Pointer + c * add.Plane + h * add.Pitch;
            for (nint i = 0; i < call.Output.Width * L.Width; i += L.Width)
            {
                V value = L.Fma(L.Subtract(L.Load(from + i), middle), factor, offset);
                if (add.Pointer != null)
                {
                    value = L.Add(value, L.Load(shortcut + i));
                }

                L.Store(L.Max(min, value), to + i);
            }
        }
    }

    /// <summary>Writes, or adds to, dx = dy · scale + (x − mean) · slope + shift, and zero in lanes without an image.</summary>
    private static void WriteGradient(
        BatchNormCall call, Planes input, int c, (float Scale, float Slope, float Shift, float Mean) line, in BlockMemory memory)
    {
        float* activations = memory.Activations.Pointer;
        var (x, dy) = (Surface.Of<L, V>(activations, input), Surface.Of<L, V>(activations, call.Output));
        var dx = Surface.Of<L, V>(activations, call.InputGradient);
        V mask = Filled(memory), middle = L.Create(line.Mean);
        V scale = L.Create(line.Scale), slope = L.Multiply(mask, L.Create(line.Slope)), shift = L.Multiply(mask, L.Create(line.Shift));
        for (int h = 0; h < call.Input.Height; h++)
        {
            float* from = x.Pointer + c * x.Plane + h * x.Pitch, gradient = dy.Pointer + c * dy.Plane + h * dy.Pitch;
            float* to = dx.Pointer + c * dx.Plane + h * dx.Pitch;
            for (nint i = 0; i < call.Input.Width * L.Width; i += L.Width)
            {
                V value = L.Fma(L.Subtract(L.Load(from + i), middle), slope, L.Fma(L.Load(gradient + i), scale, shift));
                L.Store(call.Accumulate ? L.Add(L.Load(to + i), value) : value, to + i);
            }
        }
    }
}
