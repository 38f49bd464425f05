using Lanewise.Graphs;

namespace Lanewise.Analysis;

/// <summary>What one kernel call of a network's step takes, on one thread.</summary>
/// <param name="Layer">The layer's path.</param>
/// <param name="Kernel">What is done, for example <c>Conv2d.BackwardInput</c>.</param>
/// <param name="Tile">A convolution's algorithm and tile (<c>taps 4×6</c>, <c>F(4,3) 4×6, pool 2×2</c>: outputs × most pixels, and the max pooling that ends it); null for another kernel.</param>
/// <param name="Seconds">The median for the whole batch.</param>
/// <param name="Gflops">GFLOP/s of direct arithmetic, see <see cref="Throughput.Gflops"/>; null where nothing is counted.</param>
/// <param name="Share">Its share of all calls' time, 0 to 1.</param>
public sealed record KernelTime(string Layer, string Kernel, string? Tile, double Seconds, double? Gflops, double Share);

/// <summary>Measures a network's kernel calls one by one, on one thread, with random weights and images.</summary>
public static class KernelTimes
{
    /// <summary>The calls in their order: those of the forward pass, then, in training, those of the backward pass.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">How; its threads are not asked for.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="LanewiseException">An option is out of range, or the network needs more memory than there is.</exception>
    public static IReadOnlyList<KernelTime> Measure(Network network, ThroughputOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var times = new StepTimes(network, options.BatchFor(network), options.Training, options.LaneWidth, options.Algorithm);
        times.Run(options.Duration, cancellation);
        StepTime[] calls = [.. times.Forward, .. times.Backward];
        double all = calls.Sum(call => call.Median);
        // Each of a convolution's groups is a call of its own.
        var groups = calls.CountBy(call => (call.Step.Path, call.Step.Kernel)).ToDictionary();
        return [.. calls.Select(call =>
        {
            var step = call.Step;
            double? gflops = step.Tile is null ? null : 2e-9 * step.Nodes.Sum(n => n.Macs) / groups[(step.Path, step.Kernel)] * times.Images / call.Median;
            return new KernelTime(step.Path, step.Kernel, step.Tile, call.Median, gflops, call.Median / all);
        })];
    }
}
