using Lanewise.Graphs;
using Lanewise.Kernels;
using Lanewise.Layers;

namespace Lanewise.Analysis;

/// <summary>
/// A convolution, and the same convolution behind a 1×1 convolution that lowers the number of channels first (Szegedy et al. 2014):
/// what both cost on paper, and what they take. Nothing stands between the two, and all have a bias.
/// </summary>
public sealed class ReducedConvolution
{
    // Of one batch: beyond this, measuring would take minutes, or gigabytes.
    private const long MaxProducts = 100_000_000_000;
    private const long MaxBytes = 1 << 29;

    /// <summary>Describes both.</summary>
    /// <param name="input">C×H×W of the input.</param>
    /// <param name="convolution">The convolution.</param>
    /// <param name="channels">Channels between the two, at least 1; null to look at the convolution alone.</param>
    /// <exception cref="LanewiseException">The kernel does not fit the input, or a number is out of range.</exception>
    public ReducedConvolution(Shape input, Conv2d convolution, int? channels)
    {
        Direct = NetworkCost.Of(Network.Define("direct", input, x => x.Then(convolution, "conv")));
        Reduced = channels is { } fewer
            ? NetworkCost.Of(Network.Define("reduced", input, x => x.Conv2d("reduce", fewer, kernelSize: 1).Then(convolution, "conv")))
            : null;
    }

    /// <summary>The convolution alone.</summary>
    public NetworkCost Direct { get; }

    /// <summary>The 1×1 convolution and the convolution behind it; null where no channels were named.</summary>
    public NetworkCost? Reduced { get; }

    /// <summary>How many times as many MACs the convolution takes alone; null where there is nothing to compare.</summary>
    public double? Ratio => (double)Direct.Total.Macs / Reduced?.Total.Macs;

    /// <summary>
    /// Measures both in turn, on one thread with every lane filled: each one's kernel calls, of which the median counts. Null when
    /// that would take minutes or gigabytes.
    /// </summary>
    /// <param name="patience">The time after which no further round is begun.</param>
    /// <param name="cancellation">Stops between two rounds.</param>
    /// <exception cref="LanewiseException">There is not enough memory.</exception>
    public ReducedConvolutionTimes? Measure(TimeSpan patience, CancellationToken cancellation = default)
    {
        int images = KernelSet.Widths[0];
        NetworkCost[] costs = [.. new[] { Direct, Reduced }.OfType<NetworkCost>()];
        if (costs.Any(c => c.Total.Macs * images > MaxProducts || c.Total.ActivationBytes * images + c.Total.Parameters * sizeof(float) > MaxBytes))
        {
            return null;
        }

        StepTimes[] times = [.. costs.Select(c => new StepTimes(c.Network, images, training: false))];
        StepTimes.RunInTurn(times, patience, cancellation);
        return new(images, TimeOf(Direct, times[0]), Reduced is null ? null : TimeOf(Reduced, times[1]));
    }

    private static ConvolutionTime TimeOf(NetworkCost cost, StepTimes times)
    {
        double seconds = times.Forward.Sum(s => s.Median) / times.Images;
        return new(seconds, 2e-9 * cost.Total.Macs / seconds);
    }
}

/// <summary>What one takes for one image.</summary>
/// <param name="Seconds">Seconds.</param>
/// <param name="Gflops">Billions of multiplications and additions a second.</param>
public sealed record ConvolutionTime(double Seconds, double Gflops);

/// <summary>What a convolution and its reduced twin take, on one thread.</summary>
/// <param name="Images">Images that went through together, one a lane.</param>
/// <param name="Direct">The convolution alone.</param>
/// <param name="Reduced">The 1×1 convolution and the convolution behind it; null where there is none.</param>
public sealed record ReducedConvolutionTimes(int Images, ConvolutionTime Direct, ConvolutionTime? Reduced)
{
    /// <summary>How many times as long the convolution takes alone; null where there is nothing to compare.</summary>
    public double? Ratio => Direct.Seconds / Reduced?.Seconds;
}
