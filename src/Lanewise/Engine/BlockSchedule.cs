using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The schedule of small networks: a thread runs a block through the whole network, forward and backward, while its activations stay in
/// the cache of the core; one fork and one join per batch. In training a work item is a slot, or the slots of one block, and a thread takes
/// the blocks of a piece of a slot together.
/// </summary>
internal sealed class BlockSchedule : Schedule, IWork
{
    private readonly BlockProgram _program;
    private readonly Batch _batch;
    private readonly LaneMemory _weights;
    private readonly LaneMemory _noGradients = new(0);
    private readonly LaneMemory[] _scratch;
    private readonly LaneMemory[] _shared;
    // [thread][block of a piece]
    private readonly LaneMemory[][] _activations;
    private readonly BlockMemory[][] _blocks;
    private readonly float[][] _images;
    private readonly int _inputs;
    private readonly int _pieceBlocks;
    private readonly int _itemBlocks;

    public BlockSchedule(BlockProgram program, Batch batch, LaneMemory weights, int threads)
    {
        (_program, _batch, _weights) = (program, batch, weights);
        _inputs = batch.Inputs;
        bool hasBackward = program.Options.HasBackward;
        var slots = program.Slots;
        _pieceBlocks = hasBackward ? slots.PieceBlocks(program.Kernels.LaneWidth) : 1;
        _itemBlocks = hasBackward ? slots.SlotBlocks(program.Kernels.LaneWidth) : 1;
        Slots = new LaneMemory[hasBackward ? slots.Count : 0];
        for (int i = 0; i < Slots.Length; i++)
        {
            Slots[i] = new LaneMemory(program.Parameters.GradientFloats);
        }

        _activations = new LaneMemory[threads][];
        _blocks = new BlockMemory[threads][];
        _scratch = new LaneMemory[threads];
        _shared = new LaneMemory[threads];
        _images = new float[threads][];
        for (int i = 0; i < threads; i++)
        {
            _activations[i] = [.. Enumerable.Range(0, _pieceBlocks).Select(_ => new LaneMemory(program.ActivationFloats))];
            _blocks[i] = new BlockMemory[_pieceBlocks];
            _scratch[i] = new LaneMemory(program.ScratchFloats);
            _shared[i] = new LaneMemory(program.SharedFloats);
            _images[i] = new float[checked(_inputs * program.BlockImages)];
        }
    }

    /// <inheritdoc/>
    public override LaneMemory[] Activations => [.. _activations.SelectMany(a => a)];

    /// <inheritdoc/>
    public override LaneMemory[] Slots { get; }

    /// <inheritdoc/>
    public override void Run(Workers workers) => workers.Run(this, Items);

    /// <summary>The number of work items in the batch.</summary>
    public int Items => (_batch.Blocks + _itemBlocks - 1) / _itemBlocks;

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        int end = Math.Min((item + 1) * _itemBlocks, _batch.Blocks);
        for (int block = item * _itemBlocks; block < end; block += _pieceBlocks)
        {
            RunPiece(worker, item, block, Math.Min(_pieceBlocks, end - block));
        }
    }

    private void RunPiece(int worker, int item, int first, int count)
    {
        var blocks = _blocks[worker].AsSpan(0, count);
        var (gradients, upper) = _batch.NeedsGradients ? SlotsOf(item) : (_noGradients, null);
        for (int i = 0; i < count; i++)
        {
            blocks[i] = _batch.Memory(first + i, _activations[worker][i], _weights, gradients) with
            {
                UpperGradients = upper,
                Scratch = _scratch[worker],
                Shared = _shared[worker],
            };
            Read(_images[worker], blocks[i]);
        }

        Run(_program.Forward, blocks);
        foreach (ref readonly var block in blocks)
        {
            _batch.ComputeLoss(block);
        }

        if (_batch.NeedsGradients)
        {
            Run(_program.Backward, blocks);
            foreach (ref readonly var block in blocks)
            {
                _batch.CopyInputGradients(block);
            }
        }
    }

    /// <summary>Returns the slot of an item and, where its block has images of two slots, the second.</summary>
    private (LaneMemory First, LaneMemory? Second) SlotsOf(int item)
    {
        int slots = Math.Max(1, _program.BlockImages / _program.Slots.Images);
        return (Slots[item * slots], slots > 1 && item * slots + 1 < Slots.Length ? Slots[item * slots + 1] : null);
    }

    private void Read(float[] images, in BlockMemory memory)
    {
        for (int i = 0; i < memory.Images; i++)
        {
            _batch.Read(memory.First + i, images.AsSpan(i * _inputs, _inputs));
        }

        _program.Read(images, memory, Part.All);
    }

    private void Run(Step[] steps, ReadOnlySpan<BlockMemory> blocks)
    {
        Clock?.Start();
        foreach (var step in steps)
        {
            step.Work.All(_program.Kernels, blocks, Part.All);
            Clock?.Lap(step);
        }
    }
}
