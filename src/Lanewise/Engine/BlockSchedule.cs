using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The schedule of small networks: a thread runs a block through the whole network, forward and backward, while its activations stay in
/// the cache of the core; one fork and one join per batch. In training a work item is a slot: every n-th block of n slots, in order.
/// </summary>
internal sealed class BlockSchedule : Schedule, IWork
{
    /// <summary>
    /// The maximum number of slots, each with private gradients. It does not depend on the threads, which fixes the order of all sums, and
    /// limits the threads that a training step can use.
    /// </summary>
    private const int MaxSlots = 16;

    private readonly BlockProgram _program;
    private readonly Batch _batch;
    private readonly LaneMemory _weights;
    private readonly LaneMemory _noGradients = new(0);
    private readonly LaneMemory[] _scratch;
    private readonly LaneMemory[] _shared;
    private readonly float[][] _images;
    private readonly int _inputs;

    public BlockSchedule(BlockProgram program, Batch batch, LaneMemory weights, int threads)
    {
        (_program, _batch, _weights) = (program, batch, weights);
        _inputs = batch.Inputs;
        Slots = new LaneMemory[program.Options.HasBackward ? SlotsOf(program.BlocksOf(batch.Capacity)) : 0];
        for (int i = 0; i < Slots.Length; i++)
        {
            Slots[i] = new LaneMemory(program.Parameters.GradientFloats);
        }

        Activations = new LaneMemory[threads];
        _scratch = new LaneMemory[threads];
        _shared = new LaneMemory[threads];
        _images = new float[threads][];
        for (int i = 0; i < threads; i++)
        {
            Activations[i] = new LaneMemory(program.ActivationFloats);
            _scratch[i] = new LaneMemory(program.ScratchFloats);
            _shared[i] = new LaneMemory(program.SharedFloats);
            _images[i] = new float[checked(_inputs * program.BlockImages)];
        }
    }

    /// <inheritdoc/>
    public override LaneMemory[] Activations { get; }

    /// <inheritdoc/>
    public override LaneMemory[] Slots { get; }

    /// <inheritdoc/>
    public override void Run(Workers workers) => workers.Run(this, Items);

    /// <summary>Returns the number of slots for a number of blocks.</summary>
    public static int SlotsOf(int blocks) => Math.Min(blocks, MaxSlots);

    /// <summary>The number of work items in the batch.</summary>
    public int Items => _batch.NeedsGradients ? Math.Min(_batch.Blocks, Slots.Length) : _batch.Blocks;

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        bool training = _batch.NeedsGradients;
        int step = training ? Slots.Length : _batch.Blocks;
        for (int block = item; block < _batch.Blocks; block += step)
        {
            var memory = _batch.Memory(block, Activations[worker], _weights, training ? Slots[item] : _noGradients);
            RunBlock(_images[worker], memory with { Scratch = _scratch[worker], Shared = _shared[worker] });
        }
    }

    private void RunBlock(float[] images, in BlockMemory memory)
    {
        for (int i = 0; i < memory.Images; i++)
        {
            _batch.Read(memory.First + i, images.AsSpan(i * _inputs, _inputs));
        }

        _program.Read(images, memory, Part.All);
        Run(_program.Forward, memory);
        _batch.ComputeLoss(memory);
        if (_batch.NeedsGradients)
        {
            Run(_program.Backward, memory);
            _batch.CopyInputGradients(memory);
        }
    }

    private void Run(Step[] steps, in BlockMemory memory)
    {
        var block = new ReadOnlySpan<BlockMemory>(in memory);
        Clock?.Start();
        foreach (var step in steps)
        {
            step.Work.All(_program.Kernels, block, Part.All);
            Clock?.Lap(step);
        }
    }
}
