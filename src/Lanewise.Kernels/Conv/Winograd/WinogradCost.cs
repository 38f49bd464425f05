namespace Lanewise.Kernels;

/// <summary>
/// Estimates the time of a convolution by each form of Winograd and by the direct sum, in units of one MAC, from their operation counts.
/// </summary>
/// <param name="problem">The convolution, or the gradient to its input.</param>
internal sealed class WinogradCost(Conv2dProblem problem)
{
    /// <summary>
    /// The cost of a transform per point: 2-D and 1-D, for an image that stays in the cache and for a larger one; measured.
    /// </summary>
    private const double TileTransform = 10, LargeTile = 20, RowTransform = 7, LargeRow = 12;

    /// <summary>The cost of a cache line of weights from memory, the floats of a line, and the weights that stay in the cache.</summary>
    private const double WeightLine = 12, LineFloats = 16, CachedWeights = 256 * 1024;

    /// <summary>The independent sums that hide the latency of an FMA, and the maximum outputs of a pixel among them.</summary>
    private const double Chains = 8, MaxGroup = 4;

    private readonly double _products = (double)problem.InChannels * problem.Output.Channels;
    private readonly double _weight = WeightLine / (problem.Lanes is null ? LineFloats : 1);

    private Conv2dGeometry Geometry => problem.Geometry;

    private Planes Source => problem.Source;

    private Planes Output => problem.Output;

    private bool ComesFromMemory => IsLarge(Source, Output);

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
        var (rows, columns) = (Geometry.Rows, Geometry.Columns);
        double columnTaps = Taps(columns, Source.Width, Output.Width) + columns.Kernel * Output.Width;
        double taps = Taps(rows, Source.Height, Output.Height) * columnTaps / 2;
        return _products * taps * Latency(Output.Width) + Weights(Geometry.Positions);
    }

    /// <summary>Estimates 2-D Winograd.</summary>
    private double Tiles(int side)
    {
        double points = side * side, tiles = TilesAlong(Output.Height, side) * TilesAlong(Output.Width, side);
        double transform = ComesFromMemory ? LargeTile : TileTransform;
        return _products * points * tiles * Latency(tiles) + Weights(points)
            + tiles * points * transform * (Source.Channels + Output.Channels);
    }

    /// <summary>Estimates 1-D Winograd.</summary>
    private double Rows(int side)
    {
        // Filter rows outside the image are left out where a tile of the micro-kernel lies within one row: for about half of them.
        int taps = Geometry.Rows.Kernel;
        double tiles = TilesAlong(Output.Width, side), sums = Output.Height * tiles;
        double tapRows = (Taps(Geometry.Rows, Source.Height, Output.Height) + taps * Output.Height) / 2;
        double transforms = tiles * ((double)Source.Height * Source.Channels + (double)Output.Height * Output.Channels);
        return _products * side * tapRows * tiles * Latency(sums) + Weights(side * taps)
            + transforms * side * (ComesFromMemory ? LargeRow : RowTransform);
    }

    private double Weights(double each)
    {
        double channels = (double)Geometry.InChannels * Geometry.OutChannels;
        return each * channels > CachedWeights ? _products * each * _weight : 0;
    }

    private double TilesAlong(int outputs, int side) => Math.Ceiling((double)outputs / (side - Geometry.Rows.Kernel + 1));

    private double Taps(ConvAxis axis, int from, int to) =>
        (problem.IsBackward ? axis.Backward(to) : axis.Forward(from)).Sum(taps => taps.Length);

    private double Latency(double pixels) => Math.Max(1, Chains / (pixels * Math.Min(Output.Channels, MaxGroup)));
}
