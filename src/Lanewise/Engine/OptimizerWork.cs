using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>An optimizer step, split into chunks of the weights that threads claim.</summary>
/// <param name="state">The state of the optimizer, such as momentum, in the layout of the weights.</param>
internal sealed class OptimizerWork(params LaneMemory[] state) : IWork
{
    private const int Chunk = 4096;
    private KernelSet? _kernels;
    private LaneMemory? _weights;
    private LaneMemory[] _slots = [];
    private int _count;

    /// <summary>The state of the optimizer, such as momentum, in the layout of the weights.</summary>
    public IReadOnlyList<LaneMemory> State => state;

    /// <summary>The optimizer and its constants for the next step.</summary>
    public required OptimizerStep Step { get; set; }

    /// <summary>
    /// Updates the first <paramref name="count"/> floats of <paramref name="weights"/>; the others are not trained and stay unchanged.
    /// </summary>
    public void Run(Workers workers, KernelSet kernels, LaneMemory weights, LaneMemory[] slots, int count)
    {
        (_kernels, _weights, _slots, _count) = (kernels, weights, slots, count);
        workers.Run(this, (count + Chunk - 1) / Chunk);
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        int start = item * Chunk;
        _kernels!.Update(Step, _weights!, state, _slots, start, Math.Min(Chunk, _count - start));
    }
}
