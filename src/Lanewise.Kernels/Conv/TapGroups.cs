namespace Lanewise.Kernels;

/// <summary>
/// The weight gradient of a convolution, dw[k][c][r][s] = Σ dy[k][p][q] · x[c][h][w], as groups of taps (c, r, s). On small planes a group
/// has one kernel position of several channels and covers exactly the pixels for which that position meets an input; on large planes it has
/// neighbouring columns of one kernel row, whose inputs share cache lines, and reads the zeros between the rows.
/// </summary>
internal sealed class TapGroups
{
    /// <summary>The maximum floats of a small plane: ten of them stay in the first-level cache.</summary>
    private const int SmallPlane = 800;

    /// <summary>The bytes of a chunk's inputs, which stay in the second-level cache while all outputs read them.</summary>
    private const int ChunkBytes = 384 * 1024;

    private TapGroups(List<TapGroup> taps, List<int> chunks)
    {
        Taps = GC.AllocateUninitializedArray<TapGroup>(taps.Count, pinned: true);
        taps.CopyTo(Taps);
        ChunkStart = [.. chunks, taps.Count];
    }

    /// <summary>All groups, chunk by chunk of input channels.</summary>
    public TapGroup[] Taps { get; }

    /// <summary>The taps of the largest group; 0 where no tap meets the image.</summary>
    public int MaxTaps => Taps.Select(group => group.Taps).DefaultIfEmpty().Max();

    /// <summary>Chunk i's groups are ChunkStart[i] … ChunkStart[i + 1] − 1.</summary>
    public int[] ChunkStart { get; }

    /// <summary>Lists the groups of a convolution.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">The gradient to its output.</param>
    /// <param name="group">The outputs of a group, as packed.</param>
    /// <param name="maxTaps">The maximum number of taps of a group.</param>
    /// <param name="bandRows">The output rows of a band.</param>
    /// <param name="laneWidth">L.</param>
    public static TapGroups Build(Conv2dGeometry g, Planes x, Planes dy, int group, int maxTaps, int bandRows, int laneWidth)
    {
        var (groups, chunks) = (new List<TapGroup>(), new List<int>());
        bool byChannel = g.InChannels >= 4 && Math.Max(x.Height * x.Pitch, dy.Height * dy.Pitch) * laneWidth <= SmallPlane;
        int rows = Math.Min(x.Height, (bandRows - 1) * g.Rows.Stride + (g.Rows.Kernel - 1) * g.Rows.Dilation + 1);
        int maxChannels = Math.Max(maxTaps, ChunkBytes / (rows * x.Pitch * laneWidth * sizeof(float)));
        int parts = (g.InChannels + maxChannels - 1) / maxChannels;
        for (int i = 0; i < parts; i++)
        {
            chunks.Add(groups.Count);
            int from = (int)((long)g.InChannels * i / parts), to = (int)((long)g.InChannels * (i + 1) / parts);
            for (int r = 0; r < g.Rows.Kernel; r++)
            {
                int row = r;
                foreach (var positions in Positions(g, from, to, byChannel))
                {
                    Split(groups, positions, maxTaps, part => Make(g, x, dy, row, part, group, laneWidth));
                }
            }
        }

        return new(groups, chunks);
    }

    /// <summary>Lists the taps of one kernel row that may share a group: of one kernel position, or of neighbouring columns.</summary>
    private static IEnumerable<List<(int Channel, int Column)>> Positions(Conv2dGeometry g, int from, int to, bool byChannel)
    {
        var channels = Enumerable.Range(from, to - from);
        var columns = Enumerable.Range(0, g.Columns.Kernel);
        return byChannel
            ? columns.Select(s => channels.Select(c => (c, s)).ToList())
            : [[.. channels.SelectMany(c => columns.Select(s => (c, s)))]];
    }

    private static void Split(List<TapGroup> groups, List<(int, int)> positions, int maxTaps, Func<List<(int, int)>, TapGroup?> make)
    {
        int parts = (positions.Count + maxTaps - 1) / maxTaps;
        for (int i = 0; i < parts; i++)
        {
            int from = positions.Count * i / parts, to = positions.Count * (i + 1) / parts;
            if (make(positions.GetRange(from, to - from)) is { } group)
            {
                groups.Add(group);
            }
        }
    }

    /// <summary>Makes one group; null when its taps lie outside the image for every pixel.</summary>
    private static unsafe TapGroup? Make(
        Conv2dGeometry g, Planes x, Planes dy, int r, List<(int Channel, int Column)> taps, int outputs, int laneWidth)
    {
        var (firstRow, rows) = Covered(g.Rows, r, r, x.Height, dy.Height);
        var (firstColumn, columns) = Covered(g.Columns, taps.Min(t => t.Column), taps.Max(t => t.Column), x.Width, dy.Width);
        if (rows <= 0 || columns <= 0)
        {
            return null;
        }

        var group = new TapGroup
        {
            Taps = taps.Count,
            FirstRow = firstRow,
            Rows = rows,
            RowLength = columns * laneWidth,
            Gradient = (firstRow * dy.Pitch + firstColumn) * laneWidth,
        };
        for (int i = 0; i < taps.Count; i++)
        {
            var (c, s) = taps[i];
            int row = firstRow * g.Rows.Stride + r * g.Rows.Dilation - g.Rows.Padding;
            int column = firstColumn * g.Columns.Stride + s * g.Columns.Dilation - g.Columns.Padding;
            group.Input[i] = (c * x.PlaneStride + row * x.Pitch + column) * laneWidth;
            group.Weight[i] = (c * g.Positions + r * g.Columns.Kernel + s) * outputs;
        }

        return group;
    }

    /// <summary>
    /// Finds the outputs for which any kernel position from <paramref name="low"/> to <paramref name="high"/> meets an input.
    /// </summary>
    private static (int First, int Count) Covered(ConvAxis axis, int low, int high, int input, int outputs)
    {
        int first = int.MaxValue, last = -1;
        for (int i = 0; i < outputs; i++)
        {
            int from = i * axis.Stride - axis.Padding + low * axis.Dilation, to = i * axis.Stride - axis.Padding + high * axis.Dilation;
            if (to >= 0 && from < input)
            {
                first = Math.Min(first, i);
                last = i;
            }
        }

        return (first, last - first + 1);
    }
}
