using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>An SGD step cut into chunks of the weights that threads claim.</summary>
internal sealed class SgdWork(LaneMemory velocity) : IWork
{
    private const int Chunk = 4096;
    private KernelSet? _kernels;
    private LaneMemory? _weights;
    private LaneMemory[] _slots = [];
    private int _floats;

    /// <summary>The momentum's state.</summary>
    public LaneMemory Velocity { get; } = velocity;

    /// <summary>Rate, momentum and decay of the next step.</summary>
    public SgdStep Step { get; set; }

    /// <summary>Updates the first <paramref name="floats"/> floats of the weights.</summary>
    public void Run(Workers workers, KernelSet kernels, LaneMemory weights, LaneMemory[] slots, int floats)
    {
        (_kernels, _weights, _slots, _floats) = (kernels, weights, slots, floats);
        workers.Run(this, (floats + Chunk - 1) / Chunk);
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        int start = item * Chunk;
        _kernels!.Sgd(Step, _weights!, Velocity, _slots, start, Math.Min(Chunk, _floats - start));
    }
}
