using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>An SGD step cut into chunks of the weights that threads claim.</summary>
internal sealed class SgdWork(LaneMemory velocity) : IWork
{
    private const int Chunk = 4096;
    private KernelSet? _kernels;
    private LaneMemory? _weights;
    private LaneMemory[] _slots = [];

    /// <summary>The momentum's state.</summary>
    public LaneMemory Velocity { get; } = velocity;

    /// <summary>Rate, momentum and decay of the next step.</summary>
    public SgdStep Step { get; set; }

    public void Run(Workers workers, KernelSet kernels, LaneMemory weights, LaneMemory[] slots)
    {
        (_kernels, _weights, _slots) = (kernels, weights, slots);
        workers.Run(this, (weights.Length + Chunk - 1) / Chunk);
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        int start = item * Chunk;
        _kernels!.Sgd(Step, _weights!, Velocity, _slots, start, Math.Min(Chunk, _weights!.Length - start));
    }
}
