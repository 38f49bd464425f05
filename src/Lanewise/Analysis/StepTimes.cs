using System.Diagnostics;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>The median time of a kernel call for the whole batch, in seconds.</summary>
internal sealed record StepTime(Step Step, double Median);

/// <summary>Times the kernel calls of a network individually, with random images and weights, on one thread.</summary>
internal sealed class StepTimes
{
    private readonly StepClock _clock = new();
    private readonly BenchmarkPlan _trial;
    private readonly Step[] _steps;
    private readonly List<double>[] _samples;

    /// <summary>Compiles the network and runs one batch as a warm-up.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">The number of images per batch; 0 for one block, batch-interleaved.</param>
    /// <param name="training">Whether to time the backward pass too.</param>
    /// <param name="laneWidth">The number of images per block; 0 for the processor's widest vectors.</param>
    /// <param name="algorithm">The convolution algorithm.</param>
    /// <param name="tuning">In inference, what the choice of an algorithm rests on.</param>
    /// <exception cref="InvalidOptionException">An option is out of range, or the network needs more memory than there is.</exception>
    public StepTimes(Network network, int batchSize, bool training, int laneWidth = 0, Conv2dAlgorithm algorithm = Conv2dAlgorithm.Auto,
        Tuning tuning = Tuning.Estimate)
    {
        Images = batchSize == 0 ? KernelSet.For(laneWidth).LaneWidth : batchSize;
        _trial = new BenchmarkPlan(network, new PlanOptions
        {
            BatchSize = Images,
            Training = training,
            Threads = 1,
            LaneWidth = laneWidth,
            Algorithm = algorithm,
            Tuning = training ? Tuning.Reference : tuning,
            LaneLayout = batchSize == 0 ? LaneLayout.BatchInterleaved : LaneLayout.Automatic,
        });
        _steps = [.. Program.Forward, .. Program.Backward];
        _samples = [.. _steps.Select(_ => new List<double>())];
        _trial.Run();
        _trial.Plan.Time(_clock);
    }

    /// <summary>The number of images per batch.</summary>
    public int Images { get; }

    /// <summary>The number of images per block.</summary>
    public int LaneWidth => _trial.Plan.LaneWidth;

    /// <summary>The calls of the forward pass in order; requires <see cref="Run"/>.</summary>
    public IEnumerable<StepTime> Forward => All.Take(Program.Forward.Length);

    /// <summary>The calls of the backward pass; empty without training.</summary>
    public IEnumerable<StepTime> Backward => All.Skip(Program.Forward.Length);

    private BlockProgram Program => _trial.Plan.Program;

    private IEnumerable<StepTime> All => _steps.Zip(_samples, (step, samples) => new StepTime(step, Statistics.Median(samples)));

    /// <summary>Times batches for at least <paramref name="duration"/>, at least one.</summary>
    /// <param name="duration">The time after which no further batch is started.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public void Run(TimeSpan duration, CancellationToken cancellationToken = default) => RunInTurn([this], duration, cancellationToken);

    /// <summary>Times several networks alternately, so that disturbances affect them alike.</summary>
    public static void RunInTurn(IReadOnlyList<StepTimes> networks, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        for (int i = 0; i == 0 || clock.Elapsed < duration; i++)
        {
            foreach (var network in networks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                network.TimeBatch();
            }
        }
    }

    private void TimeBatch()
    {
        _trial.Run();
        for (int i = 0; i < _steps.Length; i++)
        {
            _samples[i].Add(_clock.TakeSeconds(_steps[i]));
        }
    }
}
