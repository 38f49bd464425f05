namespace Lanewise.Kernels;

/// <summary>
/// Estimates the time of a convolution by each form of Winograd and by the direct sum, in units of one MAC, from their operation counts.
/// </summary>
/// <param name="geometry">The convolution.</param>
/// <param name="isBackward">Whether it is the gradient to the input.</param>
/// <param name="source">Its input, or dy.</param>
/// <param name="output">Its output, or dx.</param>
/// <param name="lanes">The source's channels in the channel-interleaved layout; null in the batch-interleaved one.</param>
internal sealed class WinogradCost(Conv2dGeometry geometry, bool isBackward, Planes source, Planes output, ChannelLanes? lanes)
{
    /// <summary>Winograd must cost less than this share of the direct sum.</summary>
    public const double Margin = 0.95;

    /// <summary>
    /// The cost of a transform per point: 2-D and 1-D, for an image that stays in the cache and for a larger one; measured.
    /// </summary>
    private const double TileTransform = 14, LargeTile = 22, RowTransform = 11, LargeRow = 26;

    /// <summary>The cost of a product in 2-D Winograd, which reads many streams of memory; measured.</summary>
    private const double TileProduct = 1.4;

    /// <summary>The cost of a cache line of weights from memory, the floats of a line, and the weights that stay in the cache.</summary>
    private const double WeightLine = 12, LineFloats = 16, CachedWeights = 256 * 1024;

    /// <summary>The independent sums that hide the latency of an FMA, and the maximum outputs of a pixel among them.</summary>
    private const double Chains = 8, MaxGroup = 4;

    private readonly double _products = (double)(lanes?.Channels ?? source.Channels) * output.Channels;
    private readonly double _weight = WeightLine / (lanes is null ? LineFloats : 1);

    private bool ComesFromMemory => IsLarge(source, output);

    /// <summary>Whether input and output of an image are too large to stay in the cache.</summary>
    public static bool IsLarge(Planes input, Planes output)
    {
        const int CachedVectors = 8192;
        return input.Channels * input.PlaneStride + output.Channels * output.PlaneStride > CachedVectors;
    }

    /// <summary>Estimates a form of Winograd.</summary>
    public double Of(WinogradForm form) => form.AlongRows ? Rows(form.Side) : Tiles(form.Side);

    /// <summary>Estimates the direct sum: rows of taps outside the image are left out, and about half of such columns.</summary>
    public double Direct()
    {
        var (rows, columns) = (geometry.Rows, geometry.Columns);
        double columnTaps = Taps(columns, source.Width, output.Width) + columns.Kernel * output.Width;
        double taps = Taps(rows, source.Height, output.Height) * columnTaps / 2;
        return _products * taps * Latency(output.Width) + Weights(geometry.Positions);
    }

    /// <summary>Estimates 2-D Winograd.</summary>
    private double Tiles(int side)
    {
        double points = side * side, tiles = TilesAlong(output.Height, side) * TilesAlong(output.Width, side);
        double transform = ComesFromMemory ? LargeTile : TileTransform;
        return _products * TileProduct * points * tiles * Latency(tiles) + Weights(points)
            + tiles * points * transform * (source.Channels + output.Channels);
    }

    /// <summary>Estimates 1-D Winograd.</summary>
    private double Rows(int side)
    {
        // Filter rows outside the image are left out where a tile of the micro-kernel lies within one row: for about half of them.
        int taps = geometry.Rows.Kernel;
        double tiles = TilesAlong(output.Width, side), sums = output.Height * tiles;
        double tapRows = (Taps(geometry.Rows, source.Height, output.Height) + taps * output.Height) / 2;
        double transforms = tiles * ((double)source.Height * source.Channels + (double)output.Height * output.Channels);
        return _products * side * tapRows * tiles * Latency(sums) + Weights(side * taps)
            + transforms * side * (ComesFromMemory ? LargeRow : RowTransform);
    }

    private double Weights(double each)
    {
        double channels = (double)geometry.InChannels * geometry.OutChannels;
        return each * channels > CachedWeights ? _products * each * _weight : 0;
    }

    private double TilesAlong(int outputs, int side) => Math.Ceiling((double)outputs / (side - geometry.Rows.Kernel + 1));

    private double Taps(ConvAxis axis, int from, int to) => (isBackward ? axis.Backward(to) : axis.Forward(from)).Sum(taps => taps.Length);

    private double Latency(double pixels) => Math.Max(1, Chains / (pixels * Math.Min(output.Channels, MaxGroup)));
}
