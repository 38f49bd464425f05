namespace Lanewise.Kernels;

/// <summary>
/// Estimates the time of a block's weight gradient by each form of Winograd and by the direct sum, in units of one MAC, from their
/// operation counts.
/// </summary>
/// <param name="geometry">The convolution.</param>
/// <param name="x">Its input.</param>
/// <param name="dy">The gradient to its output.</param>
internal sealed class WinogradGradientCost(Conv2dGeometry geometry, Planes x, Planes dy)
{
    /// <summary>
    /// The lane width that is assumed, whatever the processor has: a gradient is computed in the same form everywhere, because the form
    /// decides its last bits.
    /// </summary>
    public const int ReferenceLanes = 16;

    /// <summary>
    /// The cost of a transform per point: of the input, of the gradient (with its transposition), and of a row from memory; measured.
    /// </summary>
    private const double Transform = 16, Transposed = 24, LargeRow = 33;

    /// <summary>The cost of a product where all outputs fit one vector, which waits for its inputs.</summary>
    private const double SingleVector = 1.25;

    /// <summary>The cost per point of transforming a vector of sums, and of the direct sum over the lanes for each weight.</summary>
    private const double Summed = 8, LaneSum = 6;

    private readonly int _outputs = (geometry.OutChannels + ReferenceLanes - 1) / ReferenceLanes * ReferenceLanes;

    private double Products => (_outputs == ReferenceLanes ? SingleVector : 1) * geometry.InChannels * _outputs;

    /// <summary>Estimates the direct sum.</summary>
    public double Direct()
    {
        double taps = Taps(geometry.Rows, x.Height) * Taps(geometry.Columns, x.Width);
        return (double)geometry.InChannels * geometry.OutChannels * (taps + LaneSum * geometry.Positions);
    }

    /// <summary>Estimates 2-D Winograd.</summary>
    public double Tiles()
    {
        int points = WinogradForm.SixPoints * WinogradForm.SixPoints;
        double tiles = TileGrid.Of(dy, WinogradForm.SixPoints, geometry.Rows.Kernel, geometry.Rows.Padding).Count;
        return points * (Products * tiles + tiles * (Transform * geometry.InChannels + Transposed * _outputs) + Sums(1));
    }

    /// <summary>Estimates 1-D Winograd.</summary>
    public double Rows()
    {
        int taps = geometry.Rows.Kernel;
        double tiles = TileGrid.Of(dy, WinogradForm.EightPoints, taps, geometry.Rows.Padding).Columns;
        bool isLarge = WinogradCost.IsLarge(x, dy);
        double input = isLarge ? LargeRow : Transform, gradient = isLarge ? LargeRow : Transposed;
        double transforms = tiles * (input * geometry.InChannels * x.Height + gradient * _outputs * dy.Height);
        return WinogradForm.EightPoints * (Products * tiles * Taps(geometry.Rows, x.Height) + transforms + Sums(taps));
    }

    private double Sums(int rows) => Summed * rows * _outputs / ReferenceLanes * geometry.InChannels;

    private static double Taps(ConvAxis axis, int inputs) => axis.Forward(inputs).Sum(taps => taps.Length);
}
