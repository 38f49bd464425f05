namespace Lanewise.Kernels;

/// <summary>
/// Max pooling, y[k][p][q] = max over the window of x. The first of equal maxima is the winner, as in PyTorch. With a fused ReLU, a window
/// whose maximum is not positive has no winner, so that no gradient passes. A lane is an image, or a channel in the channel-interleaved
/// layout.
/// </summary>
internal static unsafe class MaxPool2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the channels of the part: the output and, where the call has one, the index of the winner.</summary>
    public static void Forward(PoolCall call, in BlockMemory memory, Part part)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, call.Input);
        var y = Surface.Of<L, V>(memory.Activations.Pointer, call.Output);
        var winner = call.Winner is { } planes ? Surface.Of<L, V>(memory.Activations.Pointer, planes) : default;
        float* columns = memory.Scratch.Pointer + call.Columns.Before * L.Width;
        var (c, end) = part.Of(call.Output.Channels);
        for (; c < end; c++)
        {
            for (int p = 0; p < call.Output.Height; p++)
            {
                var (top, bottom) = call.Rows.Window(p);
                float* from = x.Pointer + c * x.Plane + top * x.Pitch, to = y.Pointer + c * y.Plane + p * y.Pitch;
                if (winner.Pointer == null)
                {
                    Maxima<L, V>.Down(from, x.Pitch, bottom - top, call.Input.Width, columns);
                    Maxima<L, V>.Across(call.Columns, columns, accumulate: false, call.ReLU, to);
                }
                else
                {
                    Winners(call, from, x.Pitch, bottom - top, to, winner.Pointer + c * winner.Plane + p * winner.Pitch);
                }
            }
        }
    }

    /// <summary>Computes a row of the output with the index of each maximum. Writes output and winner.</summary>
    private static void Winners(PoolCall call, float* first, nint pitch, int rows, float* y, float* winner)
    {
        V one = L.Create(1), rowStep = L.Create(call.Columns.MaxWindow), none = L.Create(-1);
        bool relu = call.ReLU;
        for (int q = 0; q < call.Output.Width; q++, y += L.Width, winner += L.Width)
        {
            var (left, right) = call.Columns.Window(q);
            float* row = first + left * L.Width, end = row + rows * pitch;
            V best = L.Load(row), bestIndex = L.Zero, start = L.Zero;
            for (nint width = (right - left) * L.Width; row < end; row += pitch)
            {
                V index = start;
                for (float* pixel = row; pixel < row + width; pixel += L.Width)
                {
                    V value = L.Load(pixel);
                    bestIndex = L.IfGreater(value, best, index, bestIndex);
                    best = L.Max(best, value);
                    index = L.Add(index, one);
                }

                start = L.Add(start, rowStep);
            }

            if (relu)
            {
                bestIndex = L.IfGreater(best, L.Zero, bestIndex, none);
                best = L.Max(L.Zero, best);
            }

            L.Store(best, y);
            L.Store(bestIndex, winner);
        }
    }

    /// <summary>
    /// Writes the gradient to the input for the channels of the part, or adds to it: the gradient of each output goes to its winner.
    /// </summary>
    public static void Backward(PoolCall call, in BlockMemory memory, Part part)
    {
        var dx = Surface.Of<L, V>(memory.Activations.Pointer, call.Input);
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, call.Output);
        var winner = Surface.Of<L, V>(memory.Activations.Pointer, call.Winner!.Value);
        if (!call.IsTiling && !call.Accumulate)
        {
            Pointwise<L, V>.Clear(call.Input, memory, part);
        }

        bool adds = call.Accumulate || !call.IsTiling;
        V one = L.Create(1), rowStep = L.Create(call.Columns.MaxWindow);
        var (c, end) = part.Of(call.Output.Channels);
        for (; c < end; c++)
        {
            for (int p = 0; p < call.Output.Height; p++)
            {
                var (top, bottom) = call.Rows.Window(p);
                float* gradient = dy.Pointer + c * dy.Plane + p * dy.Pitch, winners = winner.Pointer + c * winner.Plane + p * winner.Pitch;
                for (int q = 0; q < call.Output.Width; q++, gradient += L.Width, winners += L.Width)
                {
                    var (left, right) = call.Columns.Window(q);
                    V value = L.Load(gradient), bestIndex = L.Load(winners), start = L.Zero;
                    nint width = (right - left) * L.Width;
                    float* row = dx.Pointer + c * dx.Plane + top * dx.Pitch + left * dx.Pixel;
                    for (float* last = row + (bottom - top) * dx.Pitch; row < last; row += dx.Pitch)
                    {
                        V index = start;
                        for (float* pixel = row; pixel < row + width; pixel += L.Width)
                        {
                            V share = L.IfEqual(bestIndex, index, value);
                            L.Store(adds ? L.Add(L.Load(pixel), share) : share, pixel);
                            index = L.Add(index, one);
                        }

                        start = L.Add(start, rowStep);
                    }
                }
            }
        }
    }
}
