namespace Lanewise.Kernels;

/// <summary>What a convolution costs by Winograd's way and directly, in multiply-adds' time, by the operations of both.</summary>
/// <param name="geometry">The convolution.</param>
/// <param name="isBackward">Whether it is the gradient to the input.</param>
/// <param name="source">What is summed.</param>
/// <param name="output">What is written.</param>
/// <param name="lanes">The source's channels where lanes are channels.</param>
internal sealed class WinogradCost(Conv2dGeometry geometry, bool isBackward, Planes source, Planes output, ChannelLanes? lanes)
{
    /// <summary>A tile's transform in one dimension, for each point and the square of their number.</summary>
    private const double Transform = 0.75;

    /// <summary>A cache line of weights comes from memory; it holds so many.</summary>
    private const double Line = 12, LineFloats = 16;

    /// <summary>So many sums must be under way at once; outputs beside a pixel's are at most so many.</summary>
    private const double Chains = 8, Beside = 4;

    private readonly double _products = (double)(lanes?.Channels ?? source.Channels) * output.Channels;
    private readonly double _weight = Line / (lanes is null ? LineFloats : 1);

    /// <summary>With so many points in one dimension.</summary>
    public double Winograd(int points)
    {
        int side = points - geometry.Rows.Kernel + 1;
        double tiles = Math.Ceiling((double)output.Height / side) * Math.Ceiling((double)output.Width / side);
        double transform = Transform * points * points * points;
        return _products * points * points * (tiles * Idle(tiles) + _weight) + tiles * transform * (source.Channels + output.Channels);
    }

    /// <summary>As a list of taps: a row of them beyond the picture is left out, and about half of the columns.</summary>
    public double Direct()
    {
        var (rows, columns) = (geometry.Rows, geometry.Columns);
        double taps = Meetings(rows, source.Height, output.Height) * (Meetings(columns, source.Width, output.Width) + columns.Kernel * output.Width) / 2;
        return _products * (taps * Idle(output.Width) + geometry.Positions * _weight);
    }

    private double Meetings(ConvAxis axis, int from, int to) => (isBackward ? axis.Backward(to) : axis.Forward(from)).Sum(taps => taps.Length);

    private double Idle(double pixels) => Math.Max(1, Chains / (pixels * Math.Min(output.Channels, Beside)));
}
