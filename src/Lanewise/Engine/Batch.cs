using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>What a run computes for a batch.</summary>
internal enum BatchMode
{
    /// <summary>The output.</summary>
    Infer,

    /// <summary>The output, losses and predictions.</summary>
    Evaluate,

    /// <summary>Losses, predictions, and the gradients of the loss.</summary>
    Train,

    /// <summary>The output, and the gradients that follow from a given gradient of the output.</summary>
    FromGradient,
}

/// <summary>A batch that runs through a network: its images, and their results.</summary>
internal sealed class Batch
{
    private readonly BlockProgram _program;
    private readonly KernelSet _kernels;
    private readonly int[] _indices;
    private readonly int _classes;
    private ITensorSource? _source;
    private LossScale _scale;

    public Batch(Network network, BlockProgram program, int capacity)
    {
        _program = program;
        _kernels = program.Kernels;
        (Inputs, _classes) = (network.Input.Count, network.OutputCount);
        Capacity = capacity;
        _indices = new int[capacity];
        Targets = new LossTargets(program.Options, _classes, capacity);
        Losses = new double[capacity];
        Predictions = new int[capacity];
        Output = new float[checked(capacity * _classes)];
        InputGradients = new float[program.Options.InputGradient ? checked(capacity * Inputs) : 0];
    }

    /// <summary>The number of values of an image.</summary>
    public int Inputs { get; }

    /// <summary>The maximum number of images.</summary>
    public int Capacity { get; }

    /// <summary>The number of images; 0 after a run that failed.</summary>
    public int Count { get; private set; }

    /// <summary>The number of blocks.</summary>
    public int Blocks => (Count + _program.BlockImages - 1) / _program.BlockImages;

    public BatchMode Mode { get; private set; }

    public bool NeedsGradients => Mode >= BatchMode.Train;

    /// <summary>Whether the last run computed losses; otherwise those of an earlier one are left in memory.</summary>
    public bool HasLosses => Mode is BatchMode.Evaluate or BatchMode.Train;

    /// <summary>Whether the last run computed predictions.</summary>
    public bool HasPredictions => Mode != BatchMode.FromGradient;

    /// <summary>Whether the last run copied the output out.</summary>
    public bool HasOutput => Mode != BatchMode.Train;

    /// <summary>Whether the last run computed the gradient of the input.</summary>
    public bool HasInputGradients => NeedsGradients && InputGradients.Length > 0;

    /// <summary>The index of the training step.</summary>
    public long Step { get; private set; }

    /// <summary>The place of the first image in the training step, which may have several batches.</summary>
    public int Place { get; private set; }

    /// <summary>The targets of the images.</summary>
    public LossTargets Targets { get; }

    public double[] Losses { get; }

    public int[] Predictions { get; }

    public float[] Output { get; }

    public float[] InputGradients { get; }

    /// <summary>The given gradient of the output, (N, C, H, W), for <see cref="BatchMode.FromGradient"/>.</summary>
    public float[] OutputGradient { get; set; } = [];

    /// <summary>Sets the images and the mode of the next run.</summary>
    public void Prepare(ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, LossScale scale, long step, int place)
    {
        indices.CopyTo(_indices);
        Targets.Prepare(source, isTraining: mode == BatchMode.Train);
        (_source, Mode, _scale, Step, Place, Count) = (source, mode, scale, step, place, indices.Length);
    }

    /// <summary>Releases what the caller passed to the run that ended; one that did not complete leaves no results.</summary>
    public void Release(bool keepsResults)
    {
        (_source, OutputGradient) = (null, []);
        Targets.Release();
        Count = keepsResults ? Count : 0;
    }

    /// <summary>Appends the results of another batch.</summary>
    public void Append(Batch other)
    {
        other.Losses.AsSpan(0, other.Count).CopyTo(Losses.AsSpan(Count));
        other.Predictions.AsSpan(0, other.Count).CopyTo(Predictions.AsSpan(Count));
        other.Output.AsSpan(0, other.Count * _classes).CopyTo(Output.AsSpan(Count * _classes));
        Count += other.Count;
    }

    /// <summary>Returns the memory of block <paramref name="block"/>.</summary>
    public BlockMemory Memory(int block, LaneMemory activations, LaneMemory weights, LaneMemory gradients)
    {
        int first = block * _program.BlockImages;
        return new(activations, weights, gradients)
        {
            First = first,
            Place = Place + first,
            Images = Math.Min(_program.BlockImages, Count - first),
            Step = Step,
        };
    }

    /// <summary>Reads an image of the batch, and its target, from the source.</summary>
    public void Read(int index, Span<float> image)
    {
        int sourceIndex = _indices[index];
        _source!.Read(sourceIndex, image);
        if (HasLosses)
        {
            Targets.Read(index, sourceIndex);
        }
        else
        {
            Targets.Clear(index);
        }
    }

    /// <summary>
    /// Copies out the output of a block, computes its losses and predictions, and writes the gradient that the backward pass starts from.
    /// </summary>
    public void ComputeLoss(in BlockMemory memory)
    {
        int first = memory.First, count = memory.Images;
        for (int i = first; i < first + count && Mode != BatchMode.Train; i++)
        {
            _kernels.LaneOut(_program.Output.Data, i - first, Output.AsSpan(i * _classes, _classes), memory);
        }

        if (Mode == BatchMode.FromGradient)
        {
            SetGradient(_program.Output, OutputGradient.AsSpan(first * _classes), count, memory);
            foreach (var auxiliary in _program.Auxiliary)
            {
                SetGradient(auxiliary, [], 0, memory);
            }

            return;
        }

        var losses = Losses.AsSpan(first, count);
        ComputeLoss(_program.Output, losses, Predictions.AsSpan(first, count), memory);
        Span<double> auxiliaryLosses = stackalloc double[count];
        Span<int> ignored = stackalloc int[count];
        foreach (var auxiliary in Mode == BatchMode.Train ? _program.Auxiliary : [])
        {
            ComputeLoss(auxiliary, auxiliaryLosses, ignored, memory);
            for (int i = 0; i < count; i++)
            {
                losses[i] += auxiliary.Weight * auxiliaryLosses[i];
            }
        }

        for (int i = 0; i < count && Mode == BatchMode.Train; i++)
        {
            losses[i] *= _scale.Loss;
        }
    }

    /// <summary>Copies out the input gradient of a block, if it is computed.</summary>
    public void CopyInputGradients(in BlockMemory memory)
    {
        for (int i = 0; i < memory.Images && InputGradients.Length > 0; i++)
        {
            _kernels.LaneOut(_program.InputGradient, i, InputGradients.AsSpan((memory.First + i) * Inputs, Inputs), memory);
        }
    }

    private void SetGradient(LossOutput logits, ReadOnlySpan<float> gradients, int count, in BlockMemory memory)
    {
        if (logits.Gradient is { } to)
        {
            _kernels.LanesIn(gradients, count, to, memory, Part.All);
        }
    }

    private void ComputeLoss(LossOutput logits, Span<double> losses, Span<int> predictions, in BlockMemory memory) =>
        _kernels.SoftmaxCrossEntropy(
            logits.Data,
            Mode == BatchMode.Train ? logits.Gradient : null,
            Targets.Of(memory.First, memory.Images),
            _scale.Gradient * logits.Weight,
            losses,
            predictions,
            memory);
}
