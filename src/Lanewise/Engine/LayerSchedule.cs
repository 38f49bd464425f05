using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The schedule of large networks, few blocks, and batch norm: all blocks run through a layer before the next one starts, and threads
/// split the blocks, rows and channels of a layer; one fork and one join per layer. Each thread adds the sums of the slots for the
/// weights that it computes, so that one set of gradients suffices.
/// </summary>
internal sealed class LayerSchedule : Schedule, IWork
{
    /// <summary>The number of parts per thread, so that a thread that lost its core delays the others only briefly.</summary>
    private const int PartsPerThread = 4;

    private readonly BlockProgram _program;
    private readonly Batch _batch;
    private readonly LaneMemory _weights;
    private readonly LaneMemory _gradients;
    private readonly LaneMemory[] _scratch;
    private readonly LaneMemory _shared;
    // [thread][block]: each thread sees the blocks with its own scratch memory.
    private readonly BlockMemory[][] _blocks;
    private readonly float[][] _images;
    private readonly int _inputs;
    private readonly int _targetParts;
    private Phase _phase;
    private Work? _work;
    private int _parts;

    public LayerSchedule(BlockProgram program, Batch batch, LaneMemory weights, int threads)
    {
        bool hasBackward = program.Options.HasBackward;
        int blocks = program.BlocksOf(batch.Capacity);
        (_program, _batch, _weights) = (program, batch, weights);
        _inputs = batch.Inputs;
        _targetParts = threads == 1 ? 1 : threads * PartsPerThread;
        _gradients = new LaneMemory(hasBackward ? program.Parameters.GradientFloats : 0);
        Slots = hasBackward ? [_gradients] : [];
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new LaneMemory(program.ScratchFloats))];
        _shared = new LaneMemory(program.SharedFloats);
        _blocks = [.. _scratch.Select(_ => new BlockMemory[blocks])];
        Activations = new LaneMemory[blocks];
        _images = new float[blocks][];
        for (int i = 0; i < blocks; i++)
        {
            Activations[i] = new LaneMemory(program.ActivationFloats);
            _images[i] = new float[checked(_inputs * program.BlockImages)];
        }
    }

    private enum Phase
    {
        Read,
        LanesIn,
        Step,
        ComputeLoss,
        InputGradients,
    }

    /// <inheritdoc/>
    public override LaneMemory[] Activations { get; }

    /// <inheritdoc/>
    public override LaneMemory[] Slots { get; }

    /// <inheritdoc/>
    public override void Run(Workers workers)
    {
        int blocks = _batch.Blocks;
        for (int i = 0; i < blocks; i++)
        {
            var memory = _batch.Memory(i, Activations[i], _weights, _gradients) with { Shared = _shared };
            for (int worker = 0; worker < _scratch.Length; worker++)
            {
                _blocks[worker][i] = memory with { Scratch = _scratch[worker] };
            }
        }

        Run(workers, Phase.Read, _batch.Count);
        _parts = Math.Min(_program.Input.Channels * _program.Input.Height, _targetParts);
        Run(workers, Phase.LanesIn, blocks * _parts);
        Run(workers, _program.Forward, blocks);
        Run(workers, Phase.ComputeLoss, blocks);
        if (_batch.NeedsGradients)
        {
            Run(workers, _program.Backward, blocks);
            Run(workers, Phase.InputGradients, blocks);
        }
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        var kernels = _program.Kernels;
        var blocks = _blocks[worker];
        switch (_phase)
        {
            case Phase.Read:
                var (block, lane) = Math.DivRem(item, _program.BlockImages);
                _batch.Read(item, _images[block].AsSpan(lane * _inputs, _inputs));
                break;
            case Phase.LanesIn:
                ref readonly var memory = ref blocks[item / _parts];
                _program.Read(_images[item / _parts], memory, new Part(item % _parts, _parts));
                break;
            case Phase.Step when _work!.Each is { } each: each(kernels, blocks[item / _parts], new Part(item % _parts, _parts)); break;
            case Phase.Step: _work!.All(kernels, blocks.AsSpan(0, _batch.Blocks), new Part(item, _parts)); break;
            case Phase.ComputeLoss: _batch.ComputeLoss(blocks[item]); break;
            case Phase.InputGradients: _batch.CopyInputGradients(blocks[item]); break;
            default: throw new InvalidOperationException($"there is no phase {_phase}");
        }
    }

    private void Run(Workers workers, Step[] steps, int blocks)
    {
        Clock?.Start();
        foreach (var step in steps)
        {
            _work = step.Work;
            int independentBlocks = step.Work.Each is null ? 1 : blocks;
            _parts = Math.Clamp((_targetParts + independentBlocks - 1) / independentBlocks, 1, step.Work.Units);
            Run(workers, Phase.Step, independentBlocks * _parts);
            Clock?.Lap(step);
        }
    }

    private void Run(Workers workers, Phase phase, int items)
    {
        _phase = phase;
        workers.Run(this, items);
    }
}
