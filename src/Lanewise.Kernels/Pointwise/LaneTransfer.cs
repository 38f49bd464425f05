namespace Lanewise.Kernels;

/// <summary>
/// Copies between (N, C, H, W) and the layouts of the kernels, batch-interleaved (a lane is an image) and channel-interleaved (a lane is a
/// channel of one image).
/// </summary>
internal static unsafe class LaneTransfer<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the rows of the part of x: image i of [image][C·H·W] in lane i, zero in lanes without an image.</summary>
    public static void In(ReadOnlySpan<float> images, int count, Planes x, in BlockMemory memory, Part part)
    {
        int features = x.Channels * x.Height * x.Width;
        var (row, end) = part.Of(x.Channels * x.Height);
        fixed (float* from = images)
        {
            for (float* source = from + (nint)row * x.Width; row < end; row++)
            {
                var (c, h) = Math.DivRem(row, x.Height);
                float* to = memory.Activations.Pointer + ((nint)x.Offset + (nint)c * x.PlaneStride + h * x.Pitch) * L.Width;
                for (int w = 0; w < x.Width; w++, source++, to += L.Width)
                {
                    int lane = 0;
                    for (; lane < count; lane++)
                    {
                        to[lane] = source[(nint)lane * features];
                    }

                    for (; lane < L.Width; lane++)
                    {
                        to[lane] = 0;
                    }
                }
            }
        }
    }

    /// <summary>Writes image: one lane of x as C·H·W floats.</summary>
    public static void Out(Planes x, int lane, Span<float> image, in BlockMemory memory)
    {
        int i = 0;
        for (int c = 0; c < x.Channels; c++)
        {
            for (int h = 0; h < x.Height; h++)
            {
                float* from = memory.Activations.Pointer + ((nint)x.Offset + (nint)c * x.PlaneStride + h * x.Pitch) * L.Width + lane;
                for (int w = 0; w < x.Width; w++, from += L.Width)
                {
                    image[i++] = *from;
                }
            }
        }
    }

    /// <summary>Writes the rows of the part of x: one image, [C·H·W], channel-interleaved.</summary>
    public static void ChannelsIn(ReadOnlySpan<float> image, ChannelLanes lanes, Planes x, in BlockMemory memory, Part part)
    {
        var (row, end) = part.Of(lanes.Channels * x.Height);
        float* first = memory.Activations.Pointer + (nint)x.Offset * L.Width;
        for (int i = row * x.Width; row < end; row++)
        {
            var (c, h) = Math.DivRem(row, x.Height);
            float* to = first + lanes.Offset(c, x.PlaneStride, L.Width) + (nint)h * x.Pitch * L.Width;
            for (int w = 0; w < x.Width; w++, to += L.Width)
            {
                *to = image[i++];
            }
        }
    }

    /// <summary>Writes lane 0 of to: the channels of the channel-interleaved x, a plane each.</summary>
    public static void ChannelsOut(ChannelLanes lanes, Planes x, Planes to, in BlockMemory memory)
    {
        for (int c = 0; c < lanes.Channels; c++)
        {
            for (int h = 0; h < x.Height; h++)
            {
                float* from = memory.Activations.Pointer + ((nint)x.Offset + h * x.Pitch) * L.Width
                    + lanes.Offset(c, x.PlaneStride, L.Width);
                float* row = memory.Activations.Pointer + ((nint)to.Offset + (nint)c * to.PlaneStride + h * to.Pitch) * L.Width;
                for (int w = 0; w < x.Width; w++)
                {
                    row[w * L.Width] = from[w * L.Width];
                }
            }
        }
    }

    /// <summary>Writes to: the same values in the same order, C×H×W as (C·H·W)×1×1 or back.</summary>
    public static void Flatten(Planes from, Planes to, in BlockMemory memory)
    {
        var image = from.Height * from.Width > 1 ? from : to;
        bool flattens = image == from;
        float* flat = memory.Activations.Pointer + (nint)(flattens ? to : from).Offset * L.Width;
        nint flatStep = (nint)(flattens ? to : from).PlaneStride * L.Width;
        for (int c = 0; c < image.Channels; c++)
        {
            for (int h = 0; h < image.Height; h++)
            {
                float* pixel = memory.Activations.Pointer + ((nint)image.Offset + (nint)c * image.PlaneStride + h * image.Pitch) * L.Width;
                for (int w = 0; w < image.Width; w++, pixel += L.Width, flat += flatStep)
                {
                    L.Store(L.Load(flattens ? pixel : flat), flattens ? flat : pixel);
                }
            }
        }
    }
}
