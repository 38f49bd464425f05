using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Average pooling, y[k][p][q] = Σ over the window of x / count, with padding counted or not. A lane is an image, or a channel in the
/// channel-interleaved layout.
/// </summary>
internal static unsafe class AvgPool2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// Writes the channels of the part: the sum of each window × 1 / count. Overlapping windows share the sums of columns.
    /// </summary>
    public static void Forward(PoolCall call, in BlockMemory memory, Part part)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, call.Input);
        var y = Surface.Of<L, V>(memory.Activations.Pointer, call.Output);
        float* columns = memory.Scratch.Pointer;
        float[] scales = call.Scales;
        var (channel, end) = part.Of(call.Output.Channels);
        for (; channel < end; channel++)
        {
            for (int p = 0; p < call.Output.Height; p++)
            {
                var (top, bottom) = call.Rows.Window(p);
                float* from = x.Pointer + channel * x.Plane + top * x.Pitch, to = y.Pointer + channel * y.Plane + p * y.Pitch;
                for (int w = 0; w < call.Input.Width; w++)
                {
                    L.Store(Sum(from + w * L.Width, x.Pitch, bottom - top), columns + w * L.Width);
                }

                for (int q = 0; q < call.Output.Width; q++)
                {
                    var (left, right) = call.Columns.Window(q);
                    V sum = Sum(columns + left * L.Width, L.Width, right - left);
                    L.Store(L.Multiply(sum, L.Create(scales[p * call.Output.Width + q])), to + q * L.Width);
                }
            }
        }
    }

    /// <summary>
    /// Writes the gradient to the input for the channels of the part, or adds to it: the scaled gradients of all windows that cover a
    /// pixel.
    /// </summary>
    public static void Backward(PoolCall call, in BlockMemory memory, Part part)
    {
        var dx = Surface.Of<L, V>(memory.Activations.Pointer, call.Input);
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, call.Output);
        float[] scales = call.Scales;
        var (channel, end) = part.Of(call.Input.Channels);
        for (; channel < end; channel++)
        {
            for (int h = 0; h < call.Input.Height; h++)
            {
                var (top, bottom) = call.Rows.CoveringWindows(h);
                for (int w = 0; w < call.Input.Width; w++)
                {
                    var (left, right) = call.Columns.CoveringWindows(w);
                    float* pixel = dx.Pointer + channel * dx.Plane + h * dx.Pitch + w * dx.Pixel;
                    V sum = call.Accumulate ? L.Load(pixel) : L.Zero;
                    for (int p = top; p < bottom; p++)
                    {
                        float* from = dy.Pointer + channel * dy.Plane + p * dy.Pitch + left * dy.Pixel;
                        for (int q = left; q < right; q++, from += L.Width)
                        {
                            sum = L.Fma(L.Load(from), L.Create(scales[p * call.Output.Width + q]), sum);
                        }
                    }

                    L.Store(sum, pixel);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum(float* first, nint step, int count)
    {
        V sum = L.Load(first);
        for (; count > 1; count--)
        {
            first += step;
            sum = L.Add(sum, L.Load(first));
        }

        return sum;
    }
}
