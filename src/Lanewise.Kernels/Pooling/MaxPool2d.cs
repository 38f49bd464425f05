namespace Lanewise.Kernels;

/// <summary>
/// Max pooling. The first of equal maxima wins, as in PyTorch. With ReLU behind it, a window whose maximum is not
/// positive has no winner, so that its gradient vanishes without another pass.
/// </summary>
internal static unsafe class MaxPool2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the part's channels of the output and, where the task has one, of the winner.</summary>
    public static void Forward(PoolTask task, in BlockMemory memory, Part part)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        var y = Surface.Of<L, V>(memory.Activations.Pointer, task.Output);
        var winner = task.Winner is { } planes ? Surface.Of<L, V>(memory.Activations.Pointer, planes) : default;
        var (c, end) = part.Of(task.Output.Channels);
        for (; c < end; c++)
        {
            for (int p = 0; p < task.Output.Height; p++)
            {
                var (top, bottom) = task.Rows.Window(p);
                for (int q = 0; q < task.Output.Width; q++)
                {
                    var (left, right) = task.Columns.Window(q);
                    float* window = x.Pointer + c * x.Plane + top * x.Pitch + left * x.Pixel;
                    V best = L.Load(window), where = L.Zero;
                    for (int h = top; h < bottom; h++)
                    {
                        float* pixel = window + (h - top) * x.Pitch;
                        for (int w = left; w < right; w++, pixel += L.Width)
                        {
                            V value = L.Load(pixel);
                            where = L.IfGreater(value, best, L.Create((h - top) * task.Columns.Widest + w - left), where);
                            best = L.Max(best, value);
                        }
                    }

                    if (task.ReLU)
                    {
                        where = L.IfGreater(best, L.Zero, where, L.Create(-1));
                        best = L.Max(L.Zero, best);
                    }

                    nint at = p * y.Pitch + q * y.Pixel;
                    L.Store(best, y.Pointer + c * y.Plane + at);
                    if (winner.Pointer != null)
                    {
                        L.Store(where, winner.Pointer + c * winner.Plane + p * winner.Pitch + q * winner.Pixel);
                    }
                }
            }
        }
    }

    /// <summary>Writes the part's channels of the input's gradient, or adds to it: each output's gradient goes to its winner.</summary>
    public static void Backward(PoolTask task, in BlockMemory memory, Part part)
    {
        var dx = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, task.Output);
        var winner = Surface.Of<L, V>(memory.Activations.Pointer, task.Winner!.Value);
        if (!task.IsTiling && !task.Accumulate)
        {
            Pointwise<L, V>.Clear(task.Input, memory, part);
        }

        bool adds = task.Accumulate || !task.IsTiling;
        var (c, end) = part.Of(task.Output.Channels);
        for (; c < end; c++)
        {
            for (int p = 0; p < task.Output.Height; p++)
            {
                var (top, bottom) = task.Rows.Window(p);
                for (int q = 0; q < task.Output.Width; q++)
                {
                    var (left, right) = task.Columns.Window(q);
                    V value = L.Load(dy.Pointer + c * dy.Plane + p * dy.Pitch + q * dy.Pixel);
                    V where = L.Load(winner.Pointer + c * winner.Plane + p * winner.Pitch + q * winner.Pixel);
                    float* window = dx.Pointer + c * dx.Plane + top * dx.Pitch + left * dx.Pixel;
                    for (int h = top; h < bottom; h++)
                    {
                        float* pixel = window + (h - top) * dx.Pitch;
                        for (int w = left; w < right; w++, pixel += L.Width)
                        {
                            V share = L.IfEqual(where, L.Create((h - top) * task.Columns.Widest + w - left), value);
                            L.Store(adds ? L.Add(L.Load(pixel), share) : share, pixel);
                        }
                    }
                }
            }
        }
    }
}
