using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>
/// Compares a convolution with the same convolution after a 1×1 convolution that reduces the channels (Szegedy et al. 2014), by MACs
/// and by time. There is no activation function between the two; all have a bias.
/// </summary>
internal sealed class ReducedConvolution
{
    // Limits of one batch, beyond which measuring would take minutes or gigabytes.
    private const long MaxMacs = 100_000_000_000;
    private const long MaxBytes = 1 << 29;

    /// <summary>Describes both networks.</summary>
    /// <param name="input">(C, H, W) of the input.</param>
    /// <param name="convolution">The convolution.</param>
    /// <param name="channels">The number of channels after the reduction, at least 1; null for the convolution alone.</param>
    /// <exception cref="ShapeException">The kernel does not fit the input, or a number is out of range.</exception>
    public ReducedConvolution(Shape input, Conv2d convolution, int? channels)
    {
        Direct = NetworkCost.Of(Network.Define("direct", input, x => x.Then(convolution, "conv")));
        Reduced = channels is { } fewer
            ? NetworkCost.Of(Network.Define("reduced", input, x => x.Conv2d("reduce", fewer, kernelSize: 1).Then(convolution, "conv")))
            : null;
    }

    /// <summary>The convolution alone.</summary>
    public NetworkCost Direct { get; }

    /// <summary>The 1×1 convolution followed by the convolution; null without a reduction.</summary>
    public NetworkCost? Reduced { get; }

    /// <summary>The ratio of MACs, direct to reduced; null without a reduction.</summary>
    public double? Ratio => (double)Direct.Total.Macs / Reduced?.Total.Macs;

    /// <summary>
    /// Times both alternately, on one thread with full lanes: the sum of the median times of their kernel calls. Null if that would take
    /// minutes or gigabytes.
    /// </summary>
    /// <param name="duration">The time after which no further round is started.</param>
    /// <param name="cancellationToken">Stops between two rounds.</param>
    /// <exception cref="InvalidOptionException">Memory is insufficient.</exception>
    public ReducedConvolutionTimes? Measure(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        int images = KernelSet.Widths[0];
        NetworkCost[] costs = [.. new[] { Direct, Reduced }.OfType<NetworkCost>()];
        if (costs.Any(c => c.Total.Macs * images > MaxMacs || BytesOf(c, images) > MaxBytes))
        {
            return null;
        }

        StepTimes[] times = [.. costs.Select(c => new StepTimes(c.Network, images, training: false))];
        StepTimes.RunInTurn(times, duration, cancellationToken);
        return new(images, TimeOf(Direct, times[0]), Reduced is null ? null : TimeOf(Reduced, times[1]));
    }

    /// <summary>Estimates the memory of a plan: input, outputs of the layers, and parameters.</summary>
    private static long BytesOf(NetworkCost cost, int images) =>
        (cost.Total.ActivationBytes + (long)cost.Network.Input.Count * sizeof(float)) * images + cost.Total.Parameters * sizeof(float);

    private static ConvolutionTime TimeOf(NetworkCost cost, StepTimes times)
    {
        double seconds = times.Forward.Sum(s => s.Median) / times.Images;
        return new(seconds, 2e-9 * cost.Total.Macs / seconds);
    }
}

/// <summary>The time of a convolution for one image.</summary>
/// <param name="Seconds">The time in seconds.</param>
/// <param name="Gflops">The throughput in GFLOP/s of direct arithmetic.</param>
internal sealed record ConvolutionTime(double Seconds, double Gflops);

/// <summary>The times of a convolution with and without a reduction, on one thread.</summary>
/// <param name="Images">The number of images per batch, one per lane.</param>
/// <param name="Direct">The convolution alone.</param>
/// <param name="Reduced">The 1×1 convolution followed by the convolution; null without a reduction.</param>
internal sealed record ReducedConvolutionTimes(int Images, ConvolutionTime Direct, ConvolutionTime? Reduced)
{
    /// <summary>The ratio of times, direct to reduced; null without a reduction.</summary>
    public double? Ratio => Direct.Seconds / Reduced?.Seconds;
}
