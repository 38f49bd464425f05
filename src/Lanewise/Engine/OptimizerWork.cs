using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>An optimizer's step cut into chunks of the weights that threads claim.</summary>
/// <param name="state">What the optimizer keeps of each weight.</param>
internal sealed class OptimizerWork(params LaneMemory[] state) : IWork
{
    private const int Chunk = 4096;
    private KernelSet? _kernels;
    private LaneMemory? _weights;
    private LaneMemory[] _slots = [];
    private int _count;

    /// <summary>What the optimizer keeps of each weight, in the layout of the weights.</summary>
    public IReadOnlyList<LaneMemory> State => state;

    /// <summary>The next step: which optimizer, and its constants.</summary>
    public required OptimizerStep Step { get; set; }

    /// <summary>Updates the first <paramref name="count"/> floats of <paramref name="weights"/>; those behind them stay.</summary>
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
