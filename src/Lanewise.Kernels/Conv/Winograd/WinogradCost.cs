namespace Lanewise.Kernels;

/// <summary>What a convolution costs by Winograd's way and directly, in MACs' time, by the operations of both.</summary>
/// <param name="geometry">The convolution.</param>
/// <param name="isBackward">Whether it is the gradient to the input.</param>
/// <param name="source">What is summed.</param>
/// <param name="output">What is written.</param>
/// <param name="lanes">The source's channels where lanes are channels.</param>
internal sealed class WinogradCost(Conv2dGeometry geometry, bool isBackward, Planes source, Planes output, ChannelLanes? lanes)
{
    /// <summary>Winograd's way must cost less than this share of the direct way.</summary>
    public const double Margin = 0.95;

    /// <summary>A transform, for each point: in both dimensions and along a row, of an image that stays in the cache and of a larger one; measured.</summary>
    private const double TileTransform = 14, LargeTile = 22, RowTransform = 11, LargeRow = 26;

    /// <summary>A product among the many streams of two dimensions; measured.</summary>
    private const double TileProduct = 1.4;

    /// <summary>A cache line of weights that comes from memory; it holds so many. Fewer weights stay in the cache.</summary>
    private const double WeightLine = 12, LineFloats = 16, CachedWeights = 256 * 1024;

    /// <summary>So many sums must be under way at once; outputs beside a pixel's are at most so many.</summary>
    private const double Chains = 8, MaxGroup = 4;

    private readonly double _products = (double)(lanes?.Channels ?? source.Channels) * output.Channels;
    private readonly double _weight = WeightLine / (lanes is null ? LineFloats : 1);

    private bool ComesFromMemory => IsLarge(source, output);

    /// <summary>Whether an image, input and output, is too large to stay in the cache.</summary>
    public static bool IsLarge(Planes input, Planes output)
    {
        const int CachedVectors = 8192;
        return input.Channels * input.PlaneStride + output.Channels * output.PlaneStride > CachedVectors;
    }

    /// <summary>One of Winograd's ways.</summary>
    public double Of(WinogradForm form) => form.AlongRows ? Rows(form.Side) : Tiles(form.Side);

    /// <summary>As a list of taps: a row of them beyond the image is left out, and about half of the columns.</summary>
    public double Direct()
    {
        var (rows, columns) = (geometry.Rows, geometry.Columns);
        double taps = Taps(rows, source.Height, output.Height) * (Taps(columns, source.Width, output.Width) + columns.Kernel * output.Width) / 2;
        return _products * taps * Latency(output.Width) + Weights(geometry.Positions);
    }

    /// <summary>In both dimensions.</summary>
    private double Tiles(int side)
    {
        double points = side * side, tiles = TilesAlong(output.Height, side) * TilesAlong(output.Width, side);
        return _products * TileProduct * points * tiles * Latency(tiles) + Weights(points) + tiles * points * (ComesFromMemory ? LargeTile : TileTransform) * (source.Channels + output.Channels);
    }

    /// <summary>Along the rows.</summary>
    private double Rows(int side)
    {
        // Filter rows beyond the image are left out where a tile of the micro-kernel lies within one row: of about half.
        int taps = geometry.Rows.Kernel;
        double tiles = TilesAlong(output.Width, side), sums = output.Height * tiles, tapRows = (Taps(geometry.Rows, source.Height, output.Height) + taps * output.Height) / 2;
        double transforms = tiles * ((double)source.Height * source.Channels + (double)output.Height * output.Channels);
        return _products * side * tapRows * tiles * Latency(sums) + Weights(side * taps) + transforms * side * (ComesFromMemory ? LargeRow : RowTransform);
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
