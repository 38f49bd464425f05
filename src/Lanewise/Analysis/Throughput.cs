using System.Diagnostics;
using Lanewise.Engine;
using Lanewise.Graphs;

namespace Lanewise.Analysis;

/// <summary>How a network's speed is measured.</summary>
public sealed record ThroughputOptions
{
    /// <summary>Images in a step; 0 for <see cref="Throughput.UsualBatch"/>.</summary>
    public int BatchSize { get; init; }

    /// <summary>Whether the training step is measured, forward, backward and update, instead of inference.</summary>
    public bool Training { get; init; }

    /// <summary>Threads, at least 1.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Images in a block: 16, 8, 4 or 1; 0 for the widest that the processor has.</summary>
    public int LaneWidth { get; init; }

    /// <summary>How convolutions are computed.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>The time after which no further window is begun; three are measured in any case, after a warm-up of up to a second.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(2);

    internal int BatchFor(Network network) => BatchSize == 0 ? Throughput.UsualBatch(network) : BatchSize;
}

/// <summary>How fast a network trains or infers: random images in memory, random weights, the median over windows of up to half a second.</summary>
public sealed record Throughput
{
    private const int MinWindows = 3;
    private const int LargeImage = 224 * 224;
    private static readonly TimeSpan MaxWindowLength = TimeSpan.FromSeconds(0.5), MaxWarmUpLength = TimeSpan.FromSeconds(1);

    /// <summary>Images in a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Images in a block.</summary>
    public required int LaneWidth { get; init; }

    /// <summary>Images a second, the median of the windows.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Images a second in the fastest window.</summary>
    public required double Best { get; init; }

    /// <summary>Operations for one image, see <see cref="NetworkCost.StepFlops"/>.</summary>
    public required long FlopsPerImage { get; init; }

    /// <summary>Bytes that the whole process allocated from the garbage collector, a step.</summary>
    public required double AllocatedBytesPerStep { get; init; }

    /// <summary>
    /// GFLOP/s of direct arithmetic, products with a padding's zeros included. Winograd's way does less of it than is counted, and no
    /// kernel multiplies by rows of zeros, so this may be more than the processor's peak.
    /// </summary>
    public double Gflops => ImagesPerSecond * FlopsPerImage / 1e9;

    /// <summary>Images in a step where nobody says: 64, and 16 of those of 224×224 or more.</summary>
    public static int UsualBatch(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.Input.Pixels >= LargeImage ? 16 : 64;
    }

    /// <summary>Compiles the network and measures it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="LanewiseException">An option is out of range, or the network needs more memory than there is.</exception>
    public static Throughput Measure(Network network, ThroughputOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int batch = options.BatchFor(network);
        var trial = new TrialPlan(network, new PlanOptions
        {
            BatchSize = batch,
            Training = options.Training,
            Threads = options.Threads,
            LaneWidth = options.LaneWidth,
            Algorithm = options.Algorithm,
        });
        Run(trial, Shorter(options.Duration, MaxWarmUpLength), cancellation);
        var window = Shorter(options.Duration / MinWindows, MaxWindowLength);
        var rates = new List<double>(MinWindows + (int)(options.Duration / window));
        long allocated = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp();
        int steps = 0;
        while (Stopwatch.GetElapsedTime(start) < options.Duration || rates.Count < MinWindows)
        {
            var (done, seconds) = Run(trial, window, cancellation);
            rates.Add((double)done * batch / seconds);
            steps += done;
        }

        return new()
        {
            BatchSize = batch,
            LaneWidth = trial.Plan.LaneWidth,
            AllocatedBytesPerStep = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / steps,
            ImagesPerSecond = Sample.Median(rates),
            Best = rates.Max(),
            FlopsPerImage = NetworkCost.StepFlops(network, options.Training),
        };
    }

    private static (int Steps, double Seconds) Run(TrialPlan trial, TimeSpan time, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int steps = 0;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            trial.Run();
            steps++;
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return (steps, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
