namespace Lanewise.Kernels;

/// <summary>What a weight gradient costs by Winograd's way and directly, for a block, in MACs' time, by the operations of both.</summary>
/// <param name="geometry">The convolution.</param>
/// <param name="x">Its input.</param>
/// <param name="dy">The gradient to its output.</param>
/// <param name="laneWidth">L.</param>
internal sealed class WinogradGradientCost(Conv2dGeometry geometry, Planes x, Planes dy, int laneWidth)
{
    /// <summary>Winograd's way must cost less than this share of the direct way.</summary>
    private const double Margin = 0.85;

    /// <summary>A transform for each point, and one with the turn of outputs into lanes; along the rows of an image that comes from memory; measured.</summary>
    private const double Transform = 16, Transposed = 24, LargeRow = 33;

    /// <summary>A product where all outputs lie in one vector: it waits for the inputs.</summary>
    private const double SingleVector = 1.25;

    /// <summary>The transform of a vector of sums, for each point; and, the direct way, the sum over the lanes behind each weight.</summary>
    private const double Summed = 8, LaneSum = 6;

    private readonly int _outputs = (geometry.OutChannels + laneWidth - 1) / laneWidth * laneWidth;

    private double Products => (_outputs == laneWidth ? SingleVector : 1) * geometry.InChannels * _outputs;

    /// <summary>The way that the algorithm wants; null for the direct one.</summary>
    public static WinogradForm? Form(ConvAlgorithm algorithm, Conv2dGeometry geometry, Planes x, Planes dy, int laneWidth)
    {
        WinogradForm tiles = new(false, WinogradForm.SixPoints), rows = new(true, WinogradForm.EightPoints);
        if (algorithm == ConvAlgorithm.Direct || !WinogradForm.Fits(geometry))
        {
            return null;
        }

        var cost = new WinogradGradientCost(geometry, x, dy, laneWidth);
        return algorithm switch
        {
            ConvAlgorithm.Winograd => tiles,
            ConvAlgorithm.WinogradRows => rows,
            _ => Math.Min(cost.Tiles(), cost.Rows()) >= Margin * cost.Direct() ? null : cost.Rows() < cost.Tiles() ? rows : tiles,
        };
    }

    private double Direct() => (double)geometry.InChannels * geometry.OutChannels * (Taps(geometry.Rows, x.Height) * Taps(geometry.Columns, x.Width) + LaneSum * geometry.Positions);

    private double Tiles()
    {
        int points = WinogradForm.SixPoints * WinogradForm.SixPoints;
        double tiles = TileGrid.Of(dy, WinogradForm.SixPoints, geometry.Rows.Kernel, geometry.Rows.Padding).Count;
        return points * (Products * tiles + tiles * (Transform * geometry.InChannels + Transposed * _outputs) + Sums(1));
    }

    private double Rows()
    {
        int taps = geometry.Rows.Kernel;
        double tiles = TileGrid.Of(dy, WinogradForm.EightPoints, taps, geometry.Rows.Padding).Columns;
        bool isLarge = WinogradCost.IsLarge(x, dy);
        double transforms = tiles * ((isLarge ? LargeRow : Transform) * geometry.InChannels * x.Height + (isLarge ? LargeRow : Transposed) * _outputs * dy.Height);
        return WinogradForm.EightPoints * (Products * tiles * Taps(geometry.Rows, x.Height) + transforms + Sums(taps));
    }

    private double Sums(int rows) => Summed * rows * _outputs / laneWidth * geometry.InChannels;

    private static double Taps(ConvAxis axis, int inputs) => axis.Forward(inputs).Sum(taps => taps.Length);
}
