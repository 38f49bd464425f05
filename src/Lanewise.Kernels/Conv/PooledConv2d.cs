namespace Lanewise.Kernels;

/// <summary>
/// A convolution as lists of taps with max pooling behind it. Of a group of outputs one row at a time is summed, into a thread's own
/// memory, and accumulate the pooled rows that look at it, while it lies in the first-level cache; it is written nowhere else.
/// </summary>
internal static unsafe class PooledConv2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the part's rows and channels of the pooled output.</summary>
    public static void Run<O>(DirectConv2dCall call, PoolCall pool, ConvFrame* frame, Tile* tiles, in BlockMemory memory, Part part)
        where O : unmanaged, IOperands<L, V>
    {
        var y = Surface.Of<L, V>(memory.Activations.Pointer, pool.Output);
        float* sums = memory.Scratch.Pointer + pool.Columns.Before * L.Width;
        frame->Output = new Surface { Plane = pool.Columns.Reach * L.Width, Pixel = L.Width };
        int chunks = call.OutputChunks, rows = call.SharedRows;
        var (unit, end) = part.Of(call.Units);
        while (unit < end)
        {
            // As many bands and chunks at once as the part has: what windows of two bands share is summed once.
            var (band, chunk) = Math.DivRem(unit, chunks);
            int wide = Math.Min(chunks - chunk, end - unit), high = wide == chunks ? (end - unit) / chunks : 1;
            int firstOutput = call.ChunkStart(chunk, chunks), endOutput = call.ChunkStart(chunk + wide, chunks);
            int top = band * rows, bottom = Math.Min(top + high * rows, pool.Output.Height), last = pool.Rows.Window(bottom - 1).End;
            for (int first = pool.Rows.Window(top).First; first < last; first += call.BandRows)
            {
                for (int k = firstOutput; k < endOutput; k += call.Group)
                {
                    int group = Math.Min(call.Group, endOutput - k);
                    frame->Output.Pointer = sums - k * frame->Output.Plane;
                    for (int row = first; row < Math.Min(first + call.BandRows, last); row++)
                    {
                        int[] starts = call.Taps.RowStart;
                        Conv2d<L, V>.Outputs<O>(frame, tiles + starts[row], tiles + starts[row + 1], k, k + group, call.Group);
                        Accumulate(pool, row, top, bottom, frame->Output, y, k, group);
                    }
                }
            }

            unit += wide * high;
        }
    }

    /// <summary>Lets a group's row join the pooled rows from top to bottom − 1 that look at it.</summary>
    private static void Accumulate(PoolCall pool, int row, int top, int bottom, Surface sums, Surface y, int k, int group)
    {
        var (first, end) = pool.Rows.CoveringWindows(row);
        for (int p = Math.Max(first, top); p < Math.Min(end, bottom); p++)
        {
            bool accumulate = row > pool.Rows.Window(p).First;
            for (int i = k; i < k + group; i++)
            {
                Maxima<L, V>.Across(pool.Columns, sums.Pointer + i * sums.Plane, accumulate, relu: false, y.Pointer + i * y.Plane + p * y.Pitch);
            }
        }
    }
}
