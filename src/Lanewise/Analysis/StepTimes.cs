using System.Diagnostics;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>What a kernel call of a plan takes for the whole batch, in seconds.</summary>
internal sealed record StepTime(Step Step, double Median, double Best);

/// <summary>Times the kernel calls of a network one by one: batches of random pictures go through it on one thread, with random weights.</summary>
internal sealed class StepTimes
{
    private readonly StepClock _clock = new();
    private readonly Plan _plan;
    private readonly RandomPictures _pictures;
    private readonly int[] _indices;
    private readonly Step[] _steps;
    private readonly List<double>[] _samples;

    /// <summary>Compiles the network, and takes the first batch through it, which counts for nothing.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">Pictures in a batch; 0 for one block.</param>
    /// <param name="training">Whether the backward pass is timed too.</param>
    /// <param name="laneWidth">Pictures in a block; 0 for the most that the processor has lanes for.</param>
    /// <exception cref="LanewiseException">An option is out of range, or the network needs more memory than there is.</exception>
    public StepTimes(Network network, int batchSize, bool training, int laneWidth = 0)
    {
        Images = batchSize == 0 ? KernelSet.For(laneWidth).LaneWidth : batchSize;
        _plan = Plan.Compile(network, new PlanOptions { BatchSize = Images, Training = training, Threads = 1, LaneWidth = laneWidth });
        CheckMemory();
        _plan.Load(Weights.Initialize(network, seed: 1));
        _pictures = new RandomPictures(network.Input.Count, network.Classes, Math.Min(Images, LaneWidth));
        _indices = [.. Enumerable.Range(0, Images)];
        _steps = [.. _plan.Program.Forward, .. _plan.Program.Backward];
        _samples = [.. _steps.Select(_ => new List<double>())];
        RunBatch();
        _plan.Time(_clock);
    }

    /// <summary>Pictures in a batch.</summary>
    public int Images { get; }

    /// <summary>Pictures in a block.</summary>
    public int LaneWidth => _plan.LaneWidth;

    /// <summary>The calls of the forward pass, in their order; <see cref="Run"/> must have been called.</summary>
    public IEnumerable<StepTime> Forward => All.Take(_plan.Program.Forward.Length);

    /// <summary>The calls of the backward pass; none without training.</summary>
    public IEnumerable<StepTime> Backward => All.Skip(_plan.Program.Forward.Length);

    private IEnumerable<StepTime> All => _steps.Zip(_samples, (step, samples) => new StepTime(step, Median(samples), samples.Min()));

    /// <summary>Times batches until <paramref name="patience"/> is at an end, at least one.</summary>
    /// <param name="patience">The time after which no further batch is begun.</param>
    /// <param name="most">The most batches.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public void Run(TimeSpan patience, int most = int.MaxValue, CancellationToken cancellation = default) =>
        RunInTurn([this], patience, most, cancellation);

    /// <summary>As <see cref="Run"/>, for several networks in turn, so that what disturbs the machine disturbs them alike.</summary>
    public static void RunInTurn(IReadOnlyList<StepTimes> networks, TimeSpan patience, int most = int.MaxValue, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        for (int i = 0; i == 0 || (i < most && clock.Elapsed < patience); i++)
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
        RunBatch();
        for (int i = 0; i < _steps.Length; i++)
        {
            _samples[i].Add(_clock.Take(_steps[i]));
        }
    }

    private void RunBatch()
    {
        if (_plan.Options.Training)
        {
            _plan.ComputeGradients(_pictures, _indices);
            _plan.DiscardGradients();
        }
        else
        {
            _plan.Infer(_pictures, _indices);
        }
    }

    private void CheckMemory()
    {
        long bytes = _plan.Activations.Sum(memory => (long)memory.Length) * sizeof(float);
        // The memory was taken, but is there by promise only until it is written to.
        if (bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new LanewiseException($"{_plan.Network.Name}: {Images} pictures need {bytes >> 20:N0} MiB for activations, more memory than there is; time fewer together, or smaller ones.");
        }
    }

    private static double Median(List<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
