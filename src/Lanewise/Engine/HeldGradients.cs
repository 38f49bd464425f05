using System.Numerics;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The gradients of the batches of a step that has several. Those of a batch are its slots, added; those of batches are added in the order
/// of the same tree, so that batches of a power of two of slots give the bits of one large batch.
/// </summary>
/// <param name="floats">The number of floats of the gradients.</param>
/// <param name="batches">The maximum number of batches of a step.</param>
internal sealed class HeldGradients(int floats, int batches) : IWork
{
    private readonly LaneMemory[] _waiting =
        [.. Enumerable.Range(0, BitOperations.Log2((uint)batches) + 1).Select(_ => new LaneMemory(floats))];

    private readonly LaneMemory[] _one = new LaneMemory[1];
    private readonly LaneMemory[] _pair = new LaneMemory[2];
    private KernelSet? _kernels;
    private LaneMemory[] _from = [];
    private LaneMemory? _to;
    private int _depth;
    private int _batches;

    /// <summary>Takes the gradients of a batch out of its slots.</summary>
    public void Add(Workers workers, KernelSet kernels, LaneMemory[] slots)
    {
        _kernels = kernels;
        Move(workers, slots, _waiting[_depth++]);
        for (int merges = SlotTree.Merges(_batches++); merges > 0; merges--)
        {
            Join(workers);
        }
    }

    /// <summary>Puts the sum of all batches into the first slot.</summary>
    public void Return(Workers workers, LaneMemory[] slots)
    {
        while (_depth > 1)
        {
            Join(workers);
        }

        _one[0] = _waiting[0];
        Move(workers, _one, slots[0]);
        Clear();
    }

    /// <summary>Forgets the gradients; what takes their place overwrites them.</summary>
    public void Clear() => (_depth, _batches) = (0, 0);

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        int start = item * OptimizerWork.Chunk, count = Math.Min(OptimizerWork.Chunk, floats - start);
        _kernels!.CollectGradients(_from, start, count);
        if (_to is not null)
        {
            _from[0].Slice(start, count).CopyTo(_to.Slice(start, count));
            _from[0].Slice(start, count).Clear();
        }
    }

    private void Join(Workers workers)
    {
        _depth--;
        (_pair[0], _pair[1]) = (_waiting[_depth - 1], _waiting[_depth]);
        (_from, _to) = (_pair, null);
        Run(workers);
    }

    private void Move(Workers workers, LaneMemory[] from, LaneMemory to)
    {
        (_from, _to) = (from, to);
        Run(workers);
    }

    private void Run(Workers workers) => workers.Run(this, (floats - 1) / OptimizerWork.Chunk + 1);
}
