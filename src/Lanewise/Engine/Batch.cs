using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>What is asked of a batch.</summary>
internal enum BatchMode
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

/// <summary>A batch on its way through a plan: its images, and what came of them.</summary>
internal sealed class Batch
{
    private readonly BlockProgram _program;
    private readonly KernelSet _kernels;
    private readonly int[] _indices;
    private readonly int[] _labels;
    private readonly int _classes;
    private ITensorSource? _source;
    private float _scale;

    public Batch(Network network, BlockProgram program)
    {
        var options = program.Options;
        _program = program;
        _kernels = program.Kernels;
        (Inputs, _classes) = (network.Input.Count, network.OutputCount);
        _indices = new int[options.BatchSize];
        _labels = new int[options.BatchSize];
        Losses = new double[options.BatchSize];
        Predictions = new int[options.BatchSize];
        Output = new float[checked(options.BatchSize * _classes)];
        InputGradients = new float[options.InputGradient ? checked(options.BatchSize * Inputs) : 0];
    }

    /// <summary>Values of an image.</summary>
    public int Inputs { get; }

    public int Count { get; private set; }

    /// <summary>The blocks that so many images make.</summary>
    public int Blocks => (Count + _program.BlockImages - 1) / _program.BlockImages;

    public BatchMode Mode { get; private set; }

    public bool NeedsGradients => Mode >= BatchMode.Train;

    /// <summary>The number of the training step.</summary>
    public long Step { get; private set; }

    public double[] Losses { get; }

    public int[] Predictions { get; }

    public float[] Output { get; }

    public float[] InputGradients { get; }

    public float[] GivenGradient { get; set; } = [];

    /// <summary>Takes a batch on.</summary>
    public void Prepare(ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, float scale, long step)
    {
        indices.CopyTo(_indices);
        (_source, Mode, _scale, Step, Count) = (source, mode, scale, step, indices.Length);
    }

    /// <summary>Takes another batch's answers behind its own.</summary>
    public void Append(Batch other)
    {
        other.Losses.AsSpan(0, other.Count).CopyTo(Losses.AsSpan(Count));
        other.Predictions.AsSpan(0, other.Count).CopyTo(Predictions.AsSpan(Count));
        other.Output.AsSpan(0, other.Count * _classes).CopyTo(Output.AsSpan(Count * _classes));
        Count += other.Count;
    }

    /// <summary>The memories of block <paramref name="block"/>.</summary>
    public BlockMemory Memory(int block, LaneMemory activations, LaneMemory weights, LaneMemory gradients)
    {
        int first = block * _program.BlockImages;
        return new(activations, weights, gradients) { First = first, Images = Math.Min(_program.BlockImages, Count - first), Step = Step };
    }

    /// <summary>Fetches the image at a place of the batch.</summary>
    public void Read(int place, Span<float> image)
    {
        int index = _indices[place];
        _source!.Read(index, image);
        _labels[place] = Mode is BatchMode.Evaluate or BatchMode.Train ? LabelOf(index) : 0;
    }

    /// <summary>Takes a block's logits and losses, and starts its gradient.</summary>
    public void ComputeLoss(in BlockMemory memory)
    {
        int first = memory.First, count = memory.Images;
        for (int i = first; i < first + count && Mode != BatchMode.Train; i++)
        {
            _kernels.LaneOut(_program.Output.Data, i - first, Output.AsSpan(i * _classes, _classes), memory);
        }

        if (Mode == BatchMode.Given)
        {
            Give(_program.Output, GivenGradient.AsSpan(first * _classes), count, memory);
            foreach (var auxiliary in _program.Auxiliary)
            {
                Give(auxiliary, [], 0, memory);
            }

            return;
        }

        var losses = Losses.AsSpan(first, count);
        ComputeLoss(_program.Output, losses, Predictions.AsSpan(first, count), memory);
        Span<double> own = stackalloc double[count];
        Span<int> ignored = stackalloc int[count];
        foreach (var auxiliary in Mode == BatchMode.Train ? _program.Auxiliary : [])
        {
            ComputeLoss(auxiliary, own, ignored, memory);
            for (int i = 0; i < count; i++)
            {
                losses[i] += auxiliary.Weight * own[i];
            }
        }
    }

    /// <summary>Takes the gradient to a block's images, where that is wanted.</summary>
    public void TakeInputGradients(in BlockMemory memory)
    {
        for (int i = 0; i < memory.Images && InputGradients.Length > 0; i++)
        {
            _kernels.LaneOut(_program.InputGradient, i, InputGradients.AsSpan((memory.First + i) * Inputs, Inputs), memory);
        }
    }

    private void Give(LossOutput logits, ReadOnlySpan<float> gradients, int count, in BlockMemory memory)
    {
        if (logits.Gradient is { } to)
        {
            _kernels.LanesIn(gradients, count, to, memory, Part.All);
        }
    }

    private void ComputeLoss(LossOutput logits, Span<double> losses, Span<int> predictions, in BlockMemory memory) => _kernels.SoftmaxCrossEntropy(
        logits.Data,
        Mode == BatchMode.Train ? logits.Gradient : null,
        _labels.AsSpan(memory.First, memory.Images),
        _scale * logits.Weight,
        losses,
        predictions,
        memory);

    private int LabelOf(int index)
    {
        int label = _source!.Label(index);
        return (uint)label < (uint)_classes
            ? label
            : throw new DatasetException(
                $"image {index} has label {label}; a network of {_classes} classes takes 0 to {_classes - 1}.", DatasetError.LabelOutOfRange);
    }
}
