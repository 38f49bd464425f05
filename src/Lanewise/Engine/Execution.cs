using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// What is running: the activations of a compiled network for one batch at a time, with its results. It has one user at a time; the
/// weights that it reads may be shared.
/// </summary>
internal sealed class Execution
{
    private readonly CompiledNetwork _compiled;
    private readonly PackedWeights _weights;
    private readonly Schedule _schedule;
    private readonly Execution? _remainder;
    private readonly JointSchedule? _joint;

    /// <summary>Allocates the memory of the activations and of the results.</summary>
    /// <param name="compiled">The compiled network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="batchSize">The maximum number of images in a batch, at most that of the compiled network.</param>
    /// <param name="threads">The number of threads.</param>
    public Execution(CompiledNetwork compiled, PackedWeights weights, int batchSize, int threads)
    {
        (_compiled, _weights) = (compiled, weights);
        Batch = new Batch(compiled.Network, compiled.Program, batchSize);
        _schedule = Schedule.Of(compiled.Program, Batch, weights.Memory, threads);
        if (compiled.Remainder is { } remainder && _schedule is BlockSchedule blocks)
        {
            _remainder = new Execution(remainder, weights.Remainder!, Math.Min(batchSize, remainder.Options.BatchSize), threads);
            _joint = new JointSchedule(blocks, (BlockSchedule)_remainder._schedule);
        }
    }

    /// <summary>The images of the last batch, and their results.</summary>
    public Batch Batch { get; }

    /// <summary>The gradients of each slot, in the order in which they are summed.</summary>
    public LaneMemory[] Slots => _schedule.Slots;

    /// <summary>The activations of each thread or each block; for tests.</summary>
    public LaneMemory[] Activations => _schedule.Activations;

    /// <summary>Called with every kernel call of a single-threaded execution; null for none.</summary>
    public StepClock? Clock
    {
        set => _schedule.Clock = value;
    }

    /// <summary>Runs a batch. After an exception there are no results, and no accumulated gradients.</summary>
    /// <exception cref="ArgumentException">There are more images than the batch size.</exception>
    /// <exception cref="InvalidOperationException">No weights were set.</exception>
    public void Run(
        Workers workers, ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, LossScale scale = default, long step = 0,
        int place = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (indices.Length > Batch.Capacity)
        {
            throw new ArgumentException($"{indices.Length} images; the batch size is {Batch.Capacity}.", nameof(indices));
        }

        if (!_weights.AreSet)
        {
            throw new InvalidOperationException(
                $"{_compiled.Network.Name}: no weights were set; call SetWeights before the network is run.");
        }

        bool isComplete = false;
        try
        {
            RunBlocks(workers, source, indices, mode, scale, step, place);
            isComplete = true;
        }
        finally
        {
            Finish(isComplete, mode);
        }
    }

    /// <summary>Zeroes the accumulated gradients.</summary>
    public void DiscardGradients()
    {
        foreach (var slot in Slots)
        {
            slot.Clear();
        }
    }

    private void RunBlocks(
        Workers workers, ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, LossScale scale, long step, int place)
    {
        int remainder = _remainder is null ? 0 : indices.Length % _compiled.Kernels.LaneWidth;
        if (remainder == 0 || remainder > PlanHeuristics.MaxImagesOneByOne(_compiled.Kernels))
        {
            Prepare(workers, source, indices, mode, scale, step, place);
            if (!indices.IsEmpty)
            {
                _schedule.Run(workers);
            }

            return;
        }

        Prepare(workers, source, indices[..^remainder], mode, scale, step, place);
        _remainder!.Prepare(workers, source, indices[^remainder..], mode, scale, step, place);
        _joint!.Run(workers);
        Batch.Append(_remainder.Batch);
    }

    private void Prepare(
        Workers workers, ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, LossScale scale, long step, int place)
    {
        Batch.Prepare(source, indices, mode, scale, step, place);
        _weights.Transform(workers);
    }

    private void Finish(bool isComplete, BatchMode mode)
    {
        Batch.Release(isComplete);
        _remainder?.Batch.Release(isComplete);
        if (!isComplete && mode >= BatchMode.Train)
        {
            DiscardGradients();
        }
    }
}
