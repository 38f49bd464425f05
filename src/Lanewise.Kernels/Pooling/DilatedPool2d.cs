namespace Lanewise.Kernels;

/// <summary>
/// Max and average pooling with dilated windows, whose inputs are not neighbours: a plain loop over the inputs of each window. Maxima, ReLU
/// and averages are those of <see cref="MaxPool2d{L, V}"/> and <see cref="AvgPool2d{L, V}"/>. A lane is an image, or a channel in the
/// channel-interleaved layout.
/// </summary>
internal static unsafe class DilatedPool2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the channels of the part: the maxima and, where the call has one, the index of the winner in its window.</summary>
    public static void Max(PoolCall call, in BlockMemory memory, Part part)
    {
        var (x, y) = (Surface.Of<L, V>(memory.Activations.Pointer, call.Input), Surface.Of<L, V>(memory.Activations.Pointer, call.Output));
        var winner = call.Winner is { } planes ? Surface.Of<L, V>(memory.Activations.Pointer, planes) : default;
        V min = L.Create(call.ReLU ? 0 : float.NegativeInfinity), none = L.Create(-1);
        var (c, end) = part.Of(call.Output.Channels);
        for (; c < end; c++)
        {
            for (int i = 0; i < call.Output.Height * call.Output.Width; i++)
            {
                var (p, q) = Math.DivRem(i, call.Output.Width);
                var (rows, columns) = (call.Rows.Window(p), call.Columns.Window(q));
                float* plane = x.Pointer + c * x.Plane;
                V best = L.Load(plane + rows.First * x.Pitch + columns.First * x.Pixel), bestIndex = L.Zero;
                float index = 0;
                for (int h = rows.First; h < rows.End; h += call.Rows.Dilation)
                {
                    for (int w = columns.First; w < columns.End; w += call.Columns.Dilation, index++)
                    {
                        V value = L.Load(plane + h * x.Pitch + w * x.Pixel);
                        bestIndex = L.IfGreater(value, best, L.Create(index), bestIndex);
                        best = L.Max(best, value);
                    }
                }

                L.Store(L.Max(min, best), y.Pointer + c * y.Plane + p * y.Pitch + q * y.Pixel);
                if (winner.Pointer != null)
                {
                    bestIndex = call.ReLU ? L.IfGreater(best, L.Zero, bestIndex, none) : bestIndex;
                    L.Store(bestIndex, winner.Pointer + c * winner.Plane + p * winner.Pitch + q * winner.Pixel);
                }
            }
        }
    }

    /// <summary>Writes the gradient to the input for the channels of the part, or adds to it: that of each maximum to its winner.</summary>
    public static void MaxBackward(PoolCall call, in BlockMemory memory, Part part)
    {
        var winner = Surface.Of<L, V>(memory.Activations.Pointer, call.Winner!.Value);
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, call.Output);
        Clear(call, memory, part);
        var (c, end) = part.Of(call.Output.Channels);
        for (; c < end; c++)
        {
            for (int i = 0; i < call.Output.Height * call.Output.Width; i++)
            {
                var (p, q) = Math.DivRem(i, call.Output.Width);
                V value = L.Load(dy.Pointer + c * dy.Plane + p * dy.Pitch + q * dy.Pixel);
                V best = L.Load(winner.Pointer + c * winner.Plane + p * winner.Pitch + q * winner.Pixel);
                Spread(call, c, (p, q), value, best, memory);
            }
        }
    }

    /// <summary>Writes the channels of the part: the sum of each window × 1 / count.</summary>
    public static void Average(PoolCall call, in BlockMemory memory, Part part)
    {
        var (x, y) = (Surface.Of<L, V>(memory.Activations.Pointer, call.Input), Surface.Of<L, V>(memory.Activations.Pointer, call.Output));
        float[] scales = call.Scales;
        var (c, end) = part.Of(call.Output.Channels);
        for (; c < end; c++)
        {
            for (int i = 0; i < scales.Length; i++)
            {
                var (p, q) = Math.DivRem(i, call.Output.Width);
                var (rows, columns) = (call.Rows.Window(p), call.Columns.Window(q));
                V sum = L.Zero;
                for (int h = rows.First; h < rows.End; h += call.Rows.Dilation)
                {
                    for (int w = columns.First; w < columns.End; w += call.Columns.Dilation)
                    {
                        sum = L.Add(sum, L.Load(x.Pointer + c * x.Plane + h * x.Pitch + w * x.Pixel));
                    }
                }

                L.Store(L.Multiply(sum, L.Create(scales[i])), y.Pointer + c * y.Plane + p * y.Pitch + q * y.Pixel);
            }
        }
    }

    /// <summary>
    /// Writes the gradient to the input for the channels of the part, or adds to it: the scaled gradients of all windows of a pixel.
    /// </summary>
    public static void AverageBackward(PoolCall call, in BlockMemory memory, Part part)
    {
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, call.Output);
        float[] scales = call.Scales;
        Clear(call, memory, part);
        var (c, end) = part.Of(call.Output.Channels);
        for (; c < end; c++)
        {
            for (int i = 0; i < scales.Length; i++)
            {
                var (p, q) = Math.DivRem(i, call.Output.Width);
                V value = L.Multiply(L.Load(dy.Pointer + c * dy.Plane + p * dy.Pitch + q * dy.Pixel), L.Create(scales[i]));
                Spread(call, c, (p, q), value, null, memory);
            }
        }
    }

    private static void Clear(PoolCall call, in BlockMemory memory, Part part)
    {
        if (!call.Accumulate)
        {
            Pointwise<L, V>.Clear(call.Input, memory, part);
        }
    }

    /// <summary>Adds a value to the gradients of the inputs of a window, or only to that of the winner.</summary>
    private static void Spread(PoolCall call, int c, (int P, int Q) output, V value, V? winner, in BlockMemory memory)
    {
        var dx = Surface.Of<L, V>(memory.Activations.Pointer, call.Input);
        var (rows, columns) = (call.Rows.Window(output.P), call.Columns.Window(output.Q));
        float index = 0;
        for (int h = rows.First; h < rows.End; h += call.Rows.Dilation)
        {
            for (int w = columns.First; w < columns.End; w += call.Columns.Dilation, index++)
            {
                float* pixel = dx.Pointer + c * dx.Plane + h * dx.Pitch + w * dx.Pixel;
                V share = winner is { } best ? L.IfEqual(best, L.Create(index), value) : value;
                L.Store(L.Add(L.Load(pixel), share), pixel);
            }
        }
    }
}
