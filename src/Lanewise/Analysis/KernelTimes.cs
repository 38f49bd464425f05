namespace Lanewise.Analysis;

/// <summary>The time of one kernel call of a network's step, on one thread.</summary>
/// <param name="Layer">The layer's path.</param>
/// <param name="Kernel">The kernel, for example <c>Conv2d.BackwardInput</c>.</param>
/// <param name="Tile">
/// A convolution's algorithm and tile (<c>taps 4×6</c>, <c>F(4,3) 4×6, pool 2×2</c>: outputs × maximum pixels, and the fused max
/// pooling); null for other kernels.
/// </param>
/// <param name="Seconds">The median for the whole batch.</param>
/// <param name="Gflops">GFLOP/s of direct arithmetic, see <see cref="Throughput.Gflops"/>; null if no operations are counted.</param>
/// <param name="Share">The share of the time of all calls, 0 to 1.</param>
internal sealed record KernelTime(string Layer, string Kernel, string? Tile, double Seconds, double? Gflops, double Share);

/// <summary>Times the kernel calls of a network individually, on one thread, with random weights and images.</summary>
internal static class KernelTimes
{
    /// <summary>Measures the calls of the forward pass and, in training, of the backward pass, in order.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options; threads are ignored.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="InvalidOptionException">An option is out of range, or the network needs more memory than there is.</exception>
    public static IReadOnlyList<KernelTime> Measure(
        Network network, ThroughputOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var times = new StepTimes(network, options.BatchSizeFor(network), options.Training, options.LaneWidth, options.Algorithm,
            options.Tuning);
        times.Run(options.Duration, cancellationToken);
        StepTime[] calls = [.. times.Forward, .. times.Backward];
        double all = calls.Sum(call => call.Median);
        // The groups of a convolution may be calls of their own.
        var groups = calls.CountBy(call => (call.Step.Path, call.Step.Kernel)).ToDictionary();
        return [.. calls.Select(call =>
        {
            var step = call.Step;
            double macs = (double)step.Nodes.Sum(n => n.Macs) / groups[(step.Path, step.Kernel)];
            double? gflops = step.Tile is null ? null : 2e-9 * macs * times.Images / call.Median;
            return new KernelTime(step.Path, step.Kernel, step.Tile, call.Median, gflops, call.Median / all);
        })];
    }
}
