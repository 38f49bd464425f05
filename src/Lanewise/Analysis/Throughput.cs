using System.Diagnostics;
using Lanewise.Engine;

namespace Lanewise.Analysis;

/// <summary>The options of a throughput measurement.</summary>
public sealed record ThroughputOptions
{
    /// <summary>The number of images per step; 0 (default) for <see cref="Throughput.DefaultBatchSize"/>.</summary>
    public int BatchSize { get; init; }

    /// <summary>Whether to measure the training step (forward, backward, update) instead of inference. Default: false.</summary>
    public bool Training { get; init; }

    /// <summary>The number of threads, at least 1. Default: all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The number of images per block: 16, 8, 4 or 1; 0 (default) for the processor's widest vectors.</summary>
    public int LaneWidth { get; init; }

    /// <summary>The convolution algorithm. Default: chosen per layer.</summary>
    public Conv2dAlgorithm Algorithm { get; init; }

    /// <summary>In inference, what the choice of an algorithm for each convolution rests on.</summary>
    public Tuning Tuning { get; init; }

    /// <summary>
    /// The time after which no further window is started; at least three are measured, after a warm-up of up to a second. Default: 2 s.
    /// </summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(2);

    internal int BatchSizeFor(Network network) => BatchSize == 0 ? Throughput.DefaultBatchSize(network) : BatchSize;
}

/// <summary>
/// The training or inference throughput of a network, with random images and weights: the median over windows of up to 0.5 s.
/// </summary>
public sealed record Throughput
{
    private const int MinWindows = 3;
    private const int LargeImage = 224 * 224;
    private static readonly TimeSpan MaxWindowLength = TimeSpan.FromSeconds(0.5), MaxWarmUpLength = TimeSpan.FromSeconds(1);

    /// <summary>The number of images per step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The number of images per block.</summary>
    public required int LaneWidth { get; init; }

    /// <summary>The throughput in images per second, the median of the windows.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>The throughput of the fastest window, in images per second.</summary>
    public required double Best { get; init; }

    /// <summary>The floating-point operations per image, see <see cref="NetworkCost.StepFlops"/>.</summary>
    public required long FlopsPerImage { get; init; }

    /// <summary>The bytes per step that the whole process allocated from the garbage collector.</summary>
    public required double AllocatedBytesPerStep { get; init; }

    /// <summary>
    /// The throughput in GFLOP/s of direct arithmetic, products with zero padding included. Winograd does less arithmetic than is
    /// counted, and no kernel multiplies rows of zeros, so it can exceed the processor's peak.
    /// </summary>
    public double Gflops => ImagesPerSecond * FlopsPerImage / 1e9;

    /// <summary>Returns the default number of images per step: 64, or 16 for inputs of 224×224 or more.</summary>
    public static int DefaultBatchSize(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.Input.Pixels >= LargeImage ? 16 : 64;
    }

    /// <summary>Compiles a network and measures it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="InvalidOptionException">An option is out of range, or the network needs more memory than there is.</exception>
    public static Throughput Measure(Network network, ThroughputOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int batch = options.BatchSizeFor(network);
        var trial = new BenchmarkPlan(network, new PlanOptions
        {
            BatchSize = batch,
            Training = options.Training,
            Threads = options.Threads,
            LaneWidth = options.LaneWidth,
            Algorithm = options.Algorithm,
            Tuning = options.Training ? Tuning.Reference : options.Tuning,
        });
        Run(trial, Shorter(options.Duration, MaxWarmUpLength), cancellationToken);
        var window = Shorter(options.Duration / MinWindows, MaxWindowLength);
        var rates = new List<double>(MinWindows + (int)(options.Duration / window));
        long allocated = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp();
        int steps = 0;
        while (Stopwatch.GetElapsedTime(start) < options.Duration || rates.Count < MinWindows)
        {
            var (done, seconds) = Run(trial, window, cancellationToken);
            rates.Add((double)done * batch / seconds);
            steps += done;
        }

        return new()
        {
            BatchSize = batch,
            LaneWidth = trial.Plan.LaneWidth,
            AllocatedBytesPerStep = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / steps,
            ImagesPerSecond = Statistics.Median(rates),
            Best = rates.Max(),
            FlopsPerImage = NetworkCost.StepFlops(network, options.Training),
        };
    }

    private static (int Steps, double Seconds) Run(BenchmarkPlan trial, TimeSpan time, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        int steps = 0;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            trial.Run();
            steps++;
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return (steps, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
