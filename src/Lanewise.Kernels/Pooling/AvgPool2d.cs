namespace Lanewise.Kernels;

/// <summary>Average pooling, padding counted or not.</summary>
internal static unsafe class AvgPool2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the output: the window's sum × its scale.</summary>
    public static void Forward(PoolTask task, in BlockMemory memory)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        var y = Surface.Of<L, V>(memory.Activations.Pointer, task.Output);
        float[] scales = task.Scales;
        for (int p = 0; p < task.Output.Height; p++)
        {
            var (top, bottom) = PoolTask.Window(task.Rows, p, task.Input.Height);
            for (int q = 0; q < task.Output.Width; q++)
            {
                var (left, right) = PoolTask.Window(task.Columns, q, task.Input.Width);
                V scale = L.Create(scales[p * task.Output.Width + q]);
                for (int c = 0; c < task.Output.Channels; c++)
                {
                    V sum = L.Zero;
                    for (int h = top; h < bottom; h++)
                    {
                        float* pixel = x.Pointer + c * x.Plane + h * x.Pitch + left * x.Pixel;
                        for (int w = left; w < right; w++, pixel += L.Width)
                        {
                            sum = L.Add(sum, L.Load(pixel));
                        }
                    }

                    L.Store(L.Multiply(sum, scale), y.Pointer + c * y.Plane + p * y.Pitch + q * y.Pixel);
                }
            }
        }
    }

    /// <summary>Writes the input's gradient, or adds to it: the scaled gradients of all windows that hold the pixel.</summary>
    public static void Backward(PoolTask task, in BlockMemory memory)
    {
        var dx = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, task.Output);
        float[] scales = task.Scales;
        for (int h = 0; h < task.Input.Height; h++)
        {
            var (top, bottom) = PoolTask.Watchers(task.Rows, h, task.Output.Height);
            for (int w = 0; w < task.Input.Width; w++)
            {
                var (left, right) = PoolTask.Watchers(task.Columns, w, task.Output.Width);
                for (int c = 0; c < task.Input.Channels; c++)
                {
                    float* pixel = dx.Pointer + c * dx.Plane + h * dx.Pitch + w * dx.Pixel;
                    V sum = task.Accumulate ? L.Load(pixel) : L.Zero;
                    for (int p = top; p < bottom; p++)
                    {
                        float* from = dy.Pointer + c * dy.Plane + p * dy.Pitch + left * dy.Pixel;
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
