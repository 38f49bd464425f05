namespace Lanewise.Kernels;

/// <summary>
/// A convolution's weight gradient written out as groups of taps. On small planes a group takes one kernel position of
/// several channels, and covers exactly the pixels that this position meets; on large ones it takes neighbouring
/// columns of one kernel row, whose inputs share cache lines, and reads the zeros between the rows.
/// </summary>
internal static class TapGroups
{
    /// <summary>Planes of up to so many floats each stay in the first-level cache, ten of them at once.</summary>
    private const int SmallPlane = 800;

    /// <summary>Lists the groups, <paramref name="mostTaps"/> taps at most in each.</summary>
    public static TapGroup[] Build(Conv2dGeometry g, Planes x, Planes dy, int group, int mostTaps, int laneWidth)
    {
        var groups = new List<TapGroup>();
        bool byChannel = g.InChannels >= 4 && Math.Max(x.Height * x.Pitch, dy.Height * dy.Pitch) * laneWidth <= SmallPlane;
        var positions = new List<(int Channel, int Column)>();
        for (int r = 0; r < g.Rows.Kernel; r++)
        {
            for (int s = 0; s < (byChannel ? g.Columns.Kernel : 1); s++)
            {
                positions.Clear();
                for (int c = 0; c < g.InChannels; c++)
                {
                    for (int column = byChannel ? s : 0; column < (byChannel ? s + 1 : g.Columns.Kernel); column++)
                    {
                        positions.Add((c, column));
                    }
                }

                Split(groups, positions, mostTaps, piece => Make(g, x, dy, r, piece, group, laneWidth));
            }
        }

        var pinned = GC.AllocateUninitializedArray<TapGroup>(groups.Count, pinned: true);
        groups.CopyTo(pinned);
        return pinned;
    }

    private static void Split(List<TapGroup> groups, List<(int, int)> positions, int most, Func<List<(int, int)>, TapGroup?> make)
    {
        int pieces = (positions.Count + most - 1) / most;
        for (int i = 0; i < pieces; i++)
        {
            int from = positions.Count * i / pieces, to = positions.Count * (i + 1) / pieces;
            if (make(positions.GetRange(from, to - from)) is { } group)
            {
                groups.Add(group);
            }
        }
    }

    /// <summary>One group; nothing when its taps lie outside the picture for every pixel.</summary>
    private static unsafe TapGroup? Make(
        Conv2dGeometry g, Planes x, Planes dy, int r, List<(int Channel, int Column)> taps, int group, int laneWidth)
    {
        var (firstRow, rows) = Covered(g.Rows, r, r, x.Height, dy.Height);
        var (firstColumn, columns) = Covered(g.Columns, taps.Min(t => t.Column), taps.Max(t => t.Column), x.Width, dy.Width);
        if (rows <= 0 || columns <= 0)
        {
            return null;
        }

        var made = new TapGroup
        {
            Taps = taps.Count,
            Rows = rows,
            RowLength = columns * laneWidth,
            Gradient = (firstRow * dy.Pitch + firstColumn) * laneWidth,
        };
        for (int i = 0; i < taps.Count; i++)
        {
            var (c, s) = taps[i];
            int row = firstRow * g.Rows.Stride + r * g.Rows.Dilation - g.Rows.Padding;
            int column = firstColumn * g.Columns.Stride + s * g.Columns.Dilation - g.Columns.Padding;
            made.Input[i] = (c * x.PlaneStride + row * x.Pitch + column) * laneWidth;
            made.Weight[i] = (c * g.Positions + r * g.Columns.Kernel + s) * group;
        }

        return made;
    }

    /// <summary>The outputs for which any kernel position from <paramref name="low"/> to <paramref name="high"/> meets an input.</summary>
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
