using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>One term of a pixel's sum: the offsets of its input and its weight from the tile's bases, in floats.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Tap
{
    public int Input;
    public int Weight;
}

/// <summary>Neighbouring pixels of one output row that share a list of taps.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Tile
{
    /// <summary>The base of the first pixel's inputs, in floats from the source's first pixel.</summary>
    public int Source;

    /// <summary>The first pixel's output row.</summary>
    public int Row;

    /// <summary>The first pixel's output column.</summary>
    public int Column;

    /// <summary>The number of pixels: 1 to 6, 8, 9 or 12.</summary>
    public int Pixels;

    /// <summary>The index of the first tap of its list.</summary>
    public int FirstTap;

    /// <summary>The number of taps for a chunk of channels; 0 for a pixel without taps.</summary>
    public int Taps;
}

/// <summary>
/// A convolution, or its gradient to the input, as lists of taps: the inputs and weights that are multiplied for each tile of output
/// pixels. Rows outside the image are left out of the lists; columns outside it are read as the zeros between the rows.
/// </summary>
internal sealed class TapTable
{
    private const int MaxListLength = 512;
    private readonly List<Tap> _taps = [];
    private readonly List<Tile> _tiles = [];
    private readonly Dictionary<string, (int First, int Count)> _lists = new(StringComparer.Ordinal);

    private TapTable(TapTableOptions options)
    {
        int chunk = ChunkOf(options);
        Chunks = options.Channels / chunk;
        ChunkInput = Chunks == 1 ? 0 : options.InputOf(chunk);
        ChunkWeight = Chunks == 1 ? 0 : options.WeightOf(chunk) - options.WeightOf(0);
        RowStart = new int[options.Rows.Length + 1];
        int[] tileCounts = [.. Enumerable.Range(0, options.OutputStep).Select(phase => BestTileCount(options, phase))];
        for (int row = 0; row < options.Rows.Length; row++)
        {
            AddRow(options, row, tileCounts, chunk);
            RowStart[row + 1] = _tiles.Count;
        }

        Taps = Pin(_taps);
        Tiles = Pin(_tiles);
        _lists.Clear();
        _lists.TrimExcess();
    }

    /// <summary>All lists, one after the other.</summary>
    public Tap[] Taps { get; }

    /// <summary>All tiles, row by row.</summary>
    public Tile[] Tiles { get; }

    /// <summary>The pixels of the largest tile.</summary>
    public int MaxPixels => Tiles.Max(tile => tile.Pixels);

    /// <summary>The tiles of row i are RowStart[i] … RowStart[i + 1] − 1.</summary>
    public int[] RowStart { get; }

    /// <summary>The number of chunks of channels; each repeats the lists, further on in source and weights.</summary>
    public int Chunks { get; }

    /// <summary>The distance between chunks in the source, in floats.</summary>
    public int ChunkInput { get; }

    /// <summary>The distance between chunks in the packed weights, in floats.</summary>
    public int ChunkWeight { get; }

    /// <summary>
    /// Lists the forward pass: y[k][p][q] = Σ over (c, r, s) of w[k][c][r][s] · x[c][p·stride + r·dilation − padding][q·stride + s·dilation
    /// − padding].
    /// </summary>
    /// <param name="g">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="lanes">The input's channels in the channel-interleaved layout; null in the batch-interleaved one.</param>
    /// <param name="group">The output planes of a micro-kernel call.</param>
    /// <param name="maxPixels">The maximum pixels of a micro-kernel call.</param>
    /// <param name="laneWidth">L.</param>
    /// <param name="columns">The taps of each output column, if other than those of the geometry; else null.</param>
    public static TapTable Forward(
        Conv2dGeometry g, Planes x, ChannelLanes? lanes, int group, int maxPixels, int laneWidth, AxisTap[][]? columns = null)
    {
        int outputs = lanes is null ? group : group * laneWidth;
        return new(new TapTableOptions
        {
            Source = x,
            Rows = g.Rows.Forward(x.Height),
            Columns = columns ?? g.Columns.Forward(x.Width),
            SourceStep = g.Columns.Stride,
            OutputStep = 1,
            Channels = g.InChannels,
            ChannelMultiple = lanes is null ? 1 : lanes.AreFull(laneWidth) ? laneWidth : g.InChannels,
            InputOf = c => lanes?.Offset(c, x.PlaneStride, laneWidth) ?? c * x.PlaneStride * laneWidth,
            WeightOf = c => c * g.Positions * outputs,
            PositionWeight = (r, s) => (r * g.Columns.Kernel + s) * outputs,
            Group = group,
            MaxPixels = maxPixels,
            LaneWidth = laneWidth,
        });
    }

    /// <summary>
    /// Lists the gradient to the input: dx[c][h][w] = Σ over (k, r, s) of w[k][c][r][s] · dy[k][p][q], with weights in the forward packing;
    /// k runs through the outputs of all <paramref name="sources"/>.
    /// </summary>
    public static TapTable BackwardInput(
        IReadOnlyList<Conv2dSource> sources, Planes dx, int packed, int group, int maxPixels, int laneWidth)
    {
        var (g, first, weights) = sources[0];
        var outputs = sources.SelectMany(source => Enumerable.Range(0, source.Geometry.OutChannels).Select(k => (
            Input: (source.Gradient.Offset - first.Offset + k * source.Gradient.PlaneStride) * laneWidth,
            Weight: source.Weights - weights + k / packed * (g.InChannels * g.Positions * packed) + k % packed,
            source.Gradient.Pitch))).ToArray();
        return new(new TapTableOptions
        {
            Source = first,
            Rows = g.Rows.Backward(dx.Height),
            Columns = g.Columns.Backward(dx.Width),
            SourceStep = 1,
            OutputStep = g.Columns.Stride,
            Channels = outputs.Length,
            ChannelMultiple = sources.Count == 1 ? packed : outputs.Length,
            InputOf = k => outputs[k].Input,
            PitchOf = outputs.All(k => k.Pitch == first.Pitch) ? null : k => outputs[k].Pitch,
            WeightOf = k => outputs[k].Weight,
            PositionWeight = (r, s) => (r * g.Columns.Kernel + s) * packed,
            Group = group,
            MaxPixels = maxPixels,
            LaneWidth = laneWidth,
        });
    }

    private void AddRow(TapTableOptions options, int row, int[] tileCounts, int chunk)
    {
        for (int phase = 0; phase < options.OutputStep; phase++)
        {
            int pixels = PixelsOf(options, phase);
            for (int tile = 0; tile < tileCounts[phase]; tile++)
            {
                int from = pixels * tile / tileCounts[phase], to = pixels * (tile + 1) / tileCounts[phase];
                AddTile(options, row, phase + from * options.OutputStep, to - from, chunk);
            }
        }
    }

    private void AddTile(TapTableOptions options, int row, int column, int pixels, int chunk)
    {
        var rows = options.Rows[row];
        var columns = Union(options, column, pixels);
        int firstRow = rows.Length > 0 ? rows[0].Source : 0, firstColumn = columns.Count > 0 ? columns[0].Source : 0;
        var (first, count) = List(options, rows, columns, chunk);
        _tiles.Add(new Tile
        {
            Source = (firstRow * options.Source.Pitch + firstColumn) * options.LaneWidth,
            Row = row,
            Column = column,
            Pixels = pixels,
            FirstTap = first,
            Taps = count,
        });
    }

    /// <summary>Gets the list for these rows and columns; tiles with equal lists share one.</summary>
    private (int First, int Count) List(TapTableOptions options, AxisTap[] rows, List<AxisTap> columns, int chunk)
    {
        // With several pitches, the distance between rows differs from channel to channel.
        string key = (options.PitchOf is null || rows.Length == 0 ? "" : $"{rows[0].Source}|")
            + string.Join(',', rows.Select(t => (t.Source - rows[0].Source, t.Kernel))) + '|'
            + string.Join(',', columns.Select(t => (t.Source - columns[0].Source, t.Kernel)));
        if (_lists.TryGetValue(key, out var list))
        {
            return list;
        }

        int first = _taps.Count;
        for (int channel = 0; channel < chunk; channel++)
        {
            int pitch = options.PitchOf?.Invoke(channel) ?? options.Source.Pitch;
            foreach (var r in rows)
            {
                foreach (var s in columns)
                {
                    int pixel = r.Source * pitch - rows[0].Source * options.Source.Pitch + s.Source - columns[0].Source;
                    _taps.Add(new Tap
                    {
                        Input = options.InputOf(channel) + pixel * options.LaneWidth,
                        Weight = options.WeightOf(channel) + options.PositionWeight(r.Kernel, s.Kernel),
                    });
                }
            }
        }

        return _lists[key] = (first, _taps.Count - first);
    }

    /// <summary>Gets the union of the columns that the pixels of a tile read, relative to the first pixel.</summary>
    private static List<AxisTap> Union(TapTableOptions options, int column, int pixels)
    {
        var union = new List<AxisTap>();
        for (int j = 0; j < pixels; j++)
        {
            foreach (var tap in options.Columns[column + j * options.OutputStep])
            {
                var tapOfFirst = new AxisTap(tap.Source - j * options.SourceStep, tap.Kernel);
                if (!union.Contains(tapOfFirst))
                {
                    union.Add(tapOfFirst);
                }
            }
        }

        union.Sort((a, b) => a.Kernel.CompareTo(b.Kernel));
        return union;
    }

    /// <summary>Counts the output columns phase, phase + step, phase + 2·step, …, whose taps follow one pattern.</summary>
    private static int PixelsOf(TapTableOptions options, int phase) =>
        Math.Max(0, options.Columns.Length - phase + options.OutputStep - 1) / options.OutputStep;

    /// <summary>Finds the cheapest number of tiles for a row: wide tiles load fewer weights, narrow ones multiply fewer zeros.</summary>
    private static int BestTileCount(TapTableOptions options, int phase)
    {
        int pixels = PixelsOf(options, phase);
        // The cost of a tap: its products, at least as many as hide the latency of an FMA, and a fixed part.
        const int Latency = 12, Fixed = 4;
        int best = pixels, minCost = int.MaxValue;
        for (int tiles = Math.Max(1, (pixels + options.MaxPixels - 1) / options.MaxPixels); tiles <= pixels; tiles++)
        {
            int max = (pixels + tiles - 1) / tiles;
            // There are micro-kernels for 1 to 6, 8, 9 and 12 pixels.
            if (max > 6 && (pixels % tiles > 0 || max is not (8 or 9 or 12)))
            {
                continue;
            }

            int cost = 0;
            for (int tile = 0; tile < tiles; tile++)
            {
                int from = pixels * tile / tiles, to = pixels * (tile + 1) / tiles;
                int taps = Union(options, phase + from * options.OutputStep, to - from).Count;
                cost += taps * (Math.Max(options.Group * (to - from), Latency) + Fixed);
            }

            if (cost < minCost)
            {
                (best, minCost) = (tiles, cost);
            }
        }

        return best;
    }

    /// <summary>Chooses the channels of a list: all, unless the list then exceeded the first-level cache.</summary>
    private static int ChunkOf(TapTableOptions options)
    {
        int positions = Math.Max(1, options.Rows.Max(r => r.Length) * options.Columns.Max(c => c.Length));
        for (int chunks = 1; chunks < options.Channels; chunks++)
        {
            int chunk = options.Channels / chunks;
            bool whole = chunk * chunks == options.Channels && chunk % options.ChannelMultiple == 0;
            if (whole && chunk * positions <= MaxListLength)
            {
                return chunk;
            }
        }

        return options.Channels % options.ChannelMultiple == 0 ? options.ChannelMultiple : options.Channels;
    }

    private static T[] Pin<T>(List<T> list)
    {
        var pinned = GC.AllocateUninitializedArray<T>(list.Count, pinned: true);
        list.CopyTo(pinned);
        list.Clear();
        list.TrimExcess();
        return pinned;
    }
}
