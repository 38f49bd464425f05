namespace Lanewise.Kernels;

/// <summary>
/// A direct convolution followed by max pooling: y[k][p][q] = max over the window of conv(x)[k][·][·]. One row of a group of outputs at a
/// time is summed into scratch memory and, while it is in the first-level cache, merged into the pooled rows whose windows cover it. The
/// sums are never stored elsewhere. Writes the pooled output.
/// </summary>
internal static unsafe class PooledConv2d<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>Writes the rows and channels of the part.</summary>
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
            // All bands and chunks of the part at once, so that rows in the windows of two bands are summed once.
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

    /// <summary>Merges a row of sums into the pooled rows top … bottom − 1 whose windows cover it. Writes their maxima so far.</summary>
    private static void Accumulate(PoolCall pool, int row, int top, int bottom, Surface sums, Surface y, int k, int group)
    {
        var (first, end) = pool.Rows.CoveringWindows(row);
        for (int p = Math.Max(first, top); p < Math.Min(end, bottom); p++)
        {
            bool accumulate = row > pool.Rows.Window(p).First;
            for (int i = k; i < k + group; i++)
            {
                float* to = y.Pointer + i * y.Plane + p * y.Pitch;
                Maxima<L, V>.Across(pool.Columns, sums.Pointer + i * sums.Plane, accumulate, relu: false, to);
            }
        }
    }
}
