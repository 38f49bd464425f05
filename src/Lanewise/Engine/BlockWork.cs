using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>What is asked of a block.</summary>
internal enum BlockMode
{
    /// <summary>Logits.</summary>
    Infer,

    /// <summary>Logits, losses and predictions.</summary>
    Evaluate,

    /// <summary>These, and the gradient of the loss.</summary>
    Train,

    /// <summary>Logits, and the gradient that follows from a given one to them.</summary>
    Given,
}

/// <summary>
/// A batch, cut into blocks of one image a lane. A thread takes a block through the whole network, forward and back, while
/// it lies in the thread's own cache. In training an item is a slot: every so-many-th block, in order.
/// </summary>
internal sealed class BlockWork : IWork
{
    private readonly BlockProgram _program;
    private readonly KernelSet _kernels;
    private readonly LaneMemory _weights;
    private readonly LaneMemory[] _slots;
    private readonly LaneMemory _noGradients = new(0);
    private readonly float[][] _pictures;
    private readonly int[][] _labels;
    private readonly int[] _indices;
    private readonly int _inputs;
    private readonly int _classes;
    private IExampleSource? _source;
    private BlockMode _mode;
    private float _scale;

    public BlockWork(Network network, BlockProgram program, PlanOptions options, LaneMemory weights, LaneMemory[] slots)
    {
        _program = program;
        _kernels = program.Kernels;
        _weights = weights;
        _slots = slots;
        (_inputs, _classes) = (network.Input.Count, network.Classes);
        int threads = options.Threads;
        Activations = new LaneMemory[threads];
        _pictures = new float[threads][];
        _labels = new int[threads][];
        for (int i = 0; i < threads; i++)
        {
            Activations[i] = new LaneMemory(program.ActivationFloats);
            _pictures[i] = new float[_inputs * _kernels.LaneWidth];
            _labels[i] = new int[_kernels.LaneWidth];
        }

        _indices = new int[options.BatchSize];
        Losses = new double[options.BatchSize];
        Predictions = new int[options.BatchSize];
        Logits = new float[checked(options.BatchSize * _classes)];
        InputGradients = new float[options.InputGradient ? checked(options.BatchSize * _inputs) : 0];
    }

    public int Count { get; private set; }

    public LaneMemory[] Activations { get; }

    public double[] Losses { get; }

    public int[] Predictions { get; }

    public float[] Logits { get; }

    public float[] InputGradients { get; }

    public float[] GivenGradient { get; set; } = [];

    /// <summary>Takes a batch on and tells how many items it makes.</summary>
    public int Prepare(IExampleSource source, ReadOnlySpan<int> indices, BlockMode mode, float scale)
    {
        indices.CopyTo(_indices);
        (_source, _mode, _scale, Count) = (source, mode, scale, indices.Length);
        int blocks = Blocks;
        return mode >= BlockMode.Train ? Math.Min(blocks, _slots.Length) : blocks;
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        bool training = _mode >= BlockMode.Train;
        var memory = new BlockMemory(Activations[worker], _weights, training ? _slots[item] : _noGradients);
        int step = training ? _slots.Length : Blocks;
        for (int block = item; block < Blocks; block += step)
        {
            RunBlock(worker, block, memory);
        }
    }

    private int Blocks => (Count + _kernels.LaneWidth - 1) / _kernels.LaneWidth;

    private void RunBlock(int worker, int block, in BlockMemory memory)
    {
        int first = block * _kernels.LaneWidth, count = Math.Min(_kernels.LaneWidth, Count - first);
        float[] pictures = _pictures[worker];
        int[] labels = _labels[worker];
        for (int i = 0; i < count; i++)
        {
            int index = _indices[first + i];
            _source!.Read(index, pictures.AsSpan(i * _inputs, _inputs));
            labels[i] = _mode is BlockMode.Evaluate or BlockMode.Train ? LabelOf(index) : 0;
        }

        _kernels.LanesIn(pictures, count, _program.Input, memory);
        foreach (var step in _program.Forward)
        {
            step.Run(_kernels, memory);
        }

        for (int i = 0; i < count && _mode != BlockMode.Train; i++)
        {
            _kernels.LaneOut(_program.Output, i, Logits.AsSpan((first + i) * _classes, _classes), memory);
        }

        if (_mode == BlockMode.Given)
        {
            _kernels.LanesIn(GivenGradient.AsSpan(first * _classes), count, _program.OutputGradient, memory);
        }
        else
        {
            _kernels.SoftmaxCrossEntropy(
                _program.Output,
                _mode == BlockMode.Train ? _program.OutputGradient : null,
                labels.AsSpan(0, count),
                _scale,
                Losses.AsSpan(first, count),
                Predictions.AsSpan(first, count),
                memory);
        }

        if (_mode >= BlockMode.Train)
        {
            RunBackward(first, count, memory);
        }
    }

    private int LabelOf(int index)
    {
        int label = _source!.Label(index);
        return (uint)label < (uint)_classes
            ? label
            : throw new LanewiseException($"picture {index} has label {label}; a network of {_classes} classes takes 0 to {_classes - 1}.");
    }

    private void RunBackward(int first, int count, in BlockMemory memory)
    {
        foreach (var step in _program.Backward)
        {
            step.Run(_kernels, memory);
        }

        for (int i = 0; i < count && InputGradients.Length > 0; i++)
        {
            _kernels.LaneOut(_program.InputGradient, i, InputGradients.AsSpan((first + i) * _inputs, _inputs), memory);
        }
    }
}
