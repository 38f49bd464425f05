using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015), y = (x − mean) / √(var + eps) · γ + β, channel by channel over all blocks of a batch,
/// while the channel is in the cache. A lane is an image. Sums are accumulated in single precision over a few rows of a lane and in double
/// precision beyond; the variance takes a second pass, so that a large mean costs no digits. Lanes without an image count in no sum.
/// </summary>
internal static unsafe class BatchNorm2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The number of pixels that are summed in single precision.</summary>
    private const int Run = 128;

    /// <summary>
    /// Writes y = (x − mean) / √(var + eps) · γ + β, then + add and max(0, ·), for the channels of the part, and the batch statistics that
    /// the backward pass reads; updates the running statistics, unless there is only one value, which has no variance.
    /// </summary>
    public static void Forward(BatchNormCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        float* w = blocks[0].Weights.Pointer;
        int channels = call.Input.Channels;
        double count = (double)Images(blocks) * call.Input.Height * call.Input.Width;
        var (c, end) = part.Of(channels);
        if (c == 0 && end > 0)
        {
            w[call.BatchesTracked]++;
        }

        for (; c < end; c++)
        {
            double mean = Sum<Value>(call.Input, call.Input, c, 0, blocks) / count;
            double variance = Sum<Square>(call.Input, call.Input, c, (float)mean, blocks) / count;
            float inverse = (float)(1 / Math.Sqrt(variance + call.Eps));
            w[call.Statistics + c] = (float)mean;
            w[call.Statistics + channels + c] = inverse;
            if (count > 1)
            {
                double unbiased = variance * count / (count - 1);
                w[call.RunningMean + c] += call.Momentum * ((float)mean - w[call.RunningMean + c]);
                w[call.RunningVar + c] += call.Momentum * ((float)unbiased - w[call.RunningVar + c]);
            }

            float scale = w[call.Weight + c] * inverse;
            foreach (ref readonly var block in blocks)
            {
                Write(call, c, scale, (float)mean, w[call.Bias + c], block);
            }
        }
    }

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
        int channels = call.Input.Channels;
        double count = (double)Images(blocks) * call.Input.Height * call.Input.Width;
        var (c, end) = part.Of(channels);
        for (; c < end; c++)
        {
            float mean = w[call.Statistics + c], inverse = w[call.Statistics + channels + c];
            double sum = Sum<Value>(call.Output, call.Output, c, 0, blocks);
            double product = Sum<Product>(call.Input, call.Output, c, mean, blocks) * inverse;
            gradients[call.Weight + c] += (float)product;
            gradients[call.Bias + c] += (float)sum;
            if (!call.WantsInput)
            {
                continue;
            }

            float scale = w[call.Weight + c] * inverse;
            float slope = (float)(-scale * inverse * product / count), shift = (float)(-scale * sum / count);
            foreach (ref readonly var block in blocks)
            {
                WriteGradient(call, call.Input, c, (scale, slope, shift, mean), block);
            }
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

    private static int Images(ReadOnlySpan<BlockMemory> blocks)
    {
        int images = 0;
        foreach (ref readonly var block in blocks)
        {
            images += block.Images;
        }

        return images;
    }

    /// <summary>Computes Σ term(a, b) over the images and pixels of channel c.</summary>
    private static double Sum<TTerm>(Planes a, Planes b, int c, float mean, ReadOnlySpan<BlockMemory> blocks)
        where TTerm : struct, ITerm
    {
        double sum = 0;
        float* lanes = stackalloc float[16];
        int rows = Math.Max(1, Run / a.Width);
        foreach (ref readonly var block in blocks)
        {
            var (from, with) = (Surface.Of<L, V>(block.Activations.Pointer, a), Surface.Of<L, V>(block.Activations.Pointer, b));
            for (int h = 0; h < a.Height; h += rows)
            {
                int last = Math.Min(h + rows, a.Height);
                float* rowsA = from.Pointer + c * from.Plane, rowsB = with.Pointer + c * with.Plane;
                L.Store(SumRows<TTerm>(rowsA, rowsB, from.Pitch, with.Pitch, (h, last, a.Width), mean), lanes);
                for (int lane = 0; lane < block.Images; lane++)
                {
                    sum += lanes[lane];
                }
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SumRows<TTerm>(float* a, float* b, nint pitchA, nint pitchB, (int First, int End, int Width) rows, float mean)
        where TTerm : struct, ITerm
    {
        V m = L.Create(mean), even = L.Zero, odd = L.Zero;
        for (int h = rows.First; h < rows.End; h++)
        {
            float* x = a + h * pitchA, y = b + h * pitchB, end = x + rows.Width * L.Width;
            for (; x + L.Width < end; x += 2 * L.Width, y += 2 * L.Width)
            {
                even = TTerm.Add(even, L.Load(x), L.Load(y), m);
                odd = TTerm.Add(odd, L.Load(x + L.Width), L.Load(y + L.Width), m);
            }

            if (x < end)
            {
                even = TTerm.Add(even, L.Load(x), L.Load(y), m);
            }
        }

        return L.Add(even, odd);
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

    private interface ITerm
    {
        static abstract V Add(V sum, V a, V b, V mean);
    }

    /// <summary>a.</summary>
    private readonly struct Value : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add(V sum, V a, V b, V mean) => L.Add(sum, a);
    }

    /// <summary>(a − mean)².</summary>
    private readonly struct Square : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add(V sum, V a, V b, V mean)
        {
            V centred = L.Subtract(a, mean);
            return L.Fma(centred, centred, sum);
        }
    }

    /// <summary>(a − mean) · b.</summary>
    private readonly struct Product : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add(V sum, V a, V b, V mean) => L.Fma(L.Subtract(a, mean), b, sum);
    }
}
