namespace Lanewise.Kernels;

/// <summary>Average pooling, padding counted or not.</summary>
internal static unsafe class AvgPool2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the part's channels of the output: the window's sum × its scale.</summary>
    public static void Forward(PoolTask task, in BlockMemory memory, Part part)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        var y = Surface.Of<L, V>(memory.Activations.Pointer, task.Output);
        float[] scales = task.Scales;
        var (channel, end) = part.Of(task.Output.Channels);
        for (; channel < end; channel++)
        {
            for (int p = 0; p < task.Output.Height; p++)
            {
                var (top, bottom) = task.Rows.Window(p);
                for (int q = 0; q < task.Output.Width; q++)
                {
                    var (left, right) = task.Columns.Window(q);
                    V sum = L.Zero;
                    for (int h = top; h < bottom; h++)
                    {
                        float* pixel = x.Pointer + channel * x.Plane + h * x.Pitch + left * x.Pixel;
                        for (int w = left; w < right; w++, pixel += L.Width)
                        {
                            sum = L.Add(sum, L.Load(pixel));
                        }
                    }

                    V scale = L.Create(scales[p * task.Output.Width + q]);
                    L.Store(L.Multiply(sum, scale), y.Pointer + channel * y.Plane + p * y.Pitch + q * y.Pixel);
                }
            }
        }
    }

    /// <summary>Writes the part's channels of the input's gradient, or adds to it: the scaled gradients of all windows that hold the pixel.</summary>
    public static void Backward(PoolTask task, in BlockMemory memory, Part part)
    {
        var dx = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, task.Output);
        float[] scales = task.Scales;
        var (channel, end) = part.Of(task.Input.Channels);
        for (; channel < end; channel++)
        {
            for (int h = 0; h < task.Input.Height; h++)
            {
                var (top, bottom) = task.Rows.Watchers(h);
                for (int w = 0; w < task.Input.Width; w++)
                {
                    var (left, right) = task.Columns.Watchers(w);
                    float* pixel = dx.Pointer + channel * dx.Plane + h * dx.Pitch + w * dx.Pixel;
                    V sum = task.Accumulate ? L.Load(pixel) : L.Zero;
                    for (int p = top; p < bottom; p++)
                    {
                        float* from = dy.Pointer + channel * dy.Plane + p * dy.Pitch + left * dy.Pixel;
                        for (int q = left; q < right; q++, from += L.Width)
                        {
                            sum = L.Fma(L.Load(from), L.Create(scales[p * task.Output.Width + q]), sum);
                        }
                    }

                    L.Store(sum, pixel);
                }
            }
        }
    }
}
