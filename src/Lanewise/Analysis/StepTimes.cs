using System.Diagnostics;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>What a kernel call of a plan takes for the whole batch, in seconds.</summary>
internal sealed record StepTime(Step Step, double Median);

/// <summary>Times the kernel calls of a network one by one: batches of random images go through it on one thread, with random weights.</summary>
internal sealed class StepTimes
{
    private readonly StepClock _clock = new();
    private readonly TrialPlan _trial;
    private readonly Step[] _steps;
    private readonly List<double>[] _samples;

    /// <summary>Compiles the network, and takes the first batch through it, which counts for nothing.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">Images in a batch; 0 for one block, with images in the lanes.</param>
    /// <param name="training">Whether the backward pass is timed too.</param>
    /// <param name="laneWidth">Images in a block; 0 for the most that the processor has lanes for.</param>
    /// <param name="algorithm">How convolutions are computed.</param>
    /// <exception cref="LanewiseException">An option is out of range, or the network needs more memory than there is.</exception>
    public StepTimes(Network network, int batchSize, bool training, int laneWidth = 0, Conv2dAlgorithm algorithm = Conv2dAlgorithm.Auto)
    {
        Images = batchSize == 0 ? KernelSet.For(laneWidth).LaneWidth : batchSize;
        _trial = new TrialPlan(network, new PlanOptions
        {
            BatchSize = Images,
            Training = training,
            Threads = 1,
            LaneWidth = laneWidth,
            Algorithm = algorithm,
            Lanes = batchSize == 0 ? LaneUse.Images : LaneUse.Automatic,
        });
        _steps = [.. Program.Forward, .. Program.Backward];
        _samples = [.. _steps.Select(_ => new List<double>())];
        _trial.Run();
        _trial.Plan.Time(_clock);
    }

    /// <summary>Images in a batch.</summary>
    public int Images { get; }

    /// <summary>Images in a block.</summary>
    public int LaneWidth => _trial.Plan.LaneWidth;

    /// <summary>The calls of the forward pass, in their order; <see cref="Run"/> must have been called.</summary>
    public IEnumerable<StepTime> Forward => All.Take(Program.Forward.Length);

    /// <summary>The calls of the backward pass; none without training.</summary>
    public IEnumerable<StepTime> Backward => All.Skip(Program.Forward.Length);

    private BlockProgram Program => _trial.Plan.Program;

    private IEnumerable<StepTime> All => _steps.Zip(_samples, (step, samples) => new StepTime(step, Sample.Median(samples)));

    /// <summary>Times batches until <paramref name="patience"/> is at an end, at least one.</summary>
    /// <param name="patience">The time after which no further batch is begun.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public void Run(TimeSpan patience, CancellationToken cancellation = default) => RunInTurn([this], patience, cancellation);

    /// <summary>As <see cref="Run"/>, for several networks in turn, so that what disturbs the machine disturbs them alike.</summary>
    public static void RunInTurn(IReadOnlyList<StepTimes> networks, TimeSpan patience, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        for (int i = 0; i == 0 || clock.Elapsed < patience; i++)
        {
            foreach (var network in networks)
            {
                cancellation.ThrowIfCancellationRequested();
                network.TimeBatch();
            }
        }
    }

    private void TimeBatch()
    {
        _trial.Run();
        for (int i = 0; i < _steps.Length; i++)
        {
            _samples[i].Add(_clock.Take(_steps[i]));
        }
    }
}
