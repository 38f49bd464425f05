using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// A network compiled for a batch size and a lane width: which kernel, which memory, in which order. All memory is taken
/// here; running it allocates nothing. A plan is used by one caller at a time and uses several threads itself.
/// </summary>
public sealed class Plan
{
    private readonly BlockProgram _program;
    private readonly ParameterLayout _parameters;
    private readonly KernelSet _kernels;
    private readonly Workers _workers;
    private readonly Batch _batch;
    private readonly Schedule _schedule;
    private readonly LaneMemory _weights;
    private readonly WeightTransforms _transforms;
    private readonly Plan? _remainder;
    private readonly JointSchedule? _joint;
    private Weights? _loaded;

    private Plan(Network network, PlanOptions options)
    {
        Network = network;
        Options = options;
        _kernels = KernelSet.For(options.LaneWidth);
        var fusion = Fuse(network, options, _kernels);
        _parameters = new ParameterLayout(network, fusion, _kernels, options);
        _program = new BlockProgram(fusion, _parameters, _kernels, options);
        _weights = new LaneMemory(_program.WeightFloats);
        _transforms = new WeightTransforms(_program, _weights);
        _workers = Workers.For(options.Threads);
        _batch = new Batch(network, _program);
        _schedule = Schedule.Of(_program, _batch, _weights);
        _remainder = ForRemainder();
        _joint = _remainder is null ? null : new((BlockSchedule)_schedule, (BlockSchedule)_remainder._schedule);
    }

    /// <summary>What was compiled.</summary>
    public Network Network { get; }

    /// <summary>How it was compiled.</summary>
    public PlanOptions Options { get; }

    /// <summary>Floats in a vector: images in a block, or channels of one image where the batch is small.</summary>
    public int LaneWidth => _kernels.LaneWidth;

    /// <summary>Each image's cross-entropy, in training with the auxiliary outputs' share, after <see cref="Evaluate"/> or <see cref="ComputeGradients"/>, in the order asked for.</summary>
    public ReadOnlySpan<double> Losses => _batch.Losses.AsSpan(0, _batch.Count);

    /// <summary>Each image's most likely class.</summary>
    public ReadOnlySpan<int> Predictions => _batch.Predictions.AsSpan(0, _batch.Count);

    /// <summary>Each image's logits, [image][class].</summary>
    public ReadOnlySpan<float> Output => _batch.Output.AsSpan(0, _batch.Count * Network.OutputCount);

    internal BlockProgram Program => _program;

    /// <summary>The plan for the images that fill no block, one at a time beside the blocks; null where they make a block of their own.</summary>
    internal Plan? Remainder => _remainder;

    /// <summary>Compiles <paramref name="network"/>.</summary>
    /// <exception cref="LanewiseException">An option is out of range.</exception>
    public static Plan Compile(Network network, PlanOptions options)
    {
        if (options.BatchSize < 1 || options.Threads < 1)
        {
            var (option, value) = options.BatchSize < 1 ? (nameof(options.BatchSize), options.BatchSize) : (nameof(options.Threads), options.Threads);
            throw new InvalidOptionException(
                $"batch size {options.BatchSize}, threads {options.Threads}: both must be at least 1.", option, value);
        }

        if (options.LaneWidth != 0 && !KernelSet.Widths.Contains(options.LaneWidth))
        {
            throw new InvalidOptionException(
                $"lane width {options.LaneWidth}: this processor has {string.Join(", ", KernelSet.Widths)}; choose one of these, or 0 for the widest.",
                nameof(options.LaneWidth),
                options.LaneWidth);
        }

        try
        {
            return new Plan(network, options);
        }
        catch (Exception e) when (e is OverflowException or OutOfMemoryException)
        {
            throw new InvalidOptionException(
                $"{network.Name}: batch size {options.BatchSize} needs more memory than there is; use a smaller batch or fewer threads.",
                nameof(options.BatchSize),
                options.BatchSize,
                e);
        }
    }

    /// <summary>Copies weights in.</summary>
    /// <exception cref="LanewiseException">They do not fit the network.</exception>
    public void SetWeights(Weights weights)
    {
        weights = _parameters.Pack(weights, _weights);
        _loaded = _parameters.IsPartial ? weights : null;
        _transforms.AreStale = true;
        _remainder?.SetWeights(weights);
    }

    /// <summary>
    /// Copies the weights out, running statistics included. What the plan works with in another form, such as batch norm folded
    /// into a convolution, comes as it was loaded.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nothing was loaded into a plan that needs that.</exception>
    public Weights GetWeights() => _parameters.IsPartial && _loaded is null
        ? throw new InvalidOperationException("no weights were loaded; call SetWeights first.")
        : _parameters.Unpack(_weights, _loaded);

    /// <summary>Runs images through the network, on a plan for training as training does it; afterwards <see cref="Output"/> and <see cref="Predictions"/> hold the answers.</summary>
    /// <param name="source">Where the images are.</param>
    /// <param name="indices">Which images, at most <see cref="PlanOptions.BatchSize"/>.</param>
    public void Infer(ITensorSource source, ReadOnlySpan<int> indices) => Run(source, indices, BatchMode.Infer, 0);

    /// <summary>As <see cref="Infer"/>, and compares with the labels.</summary>
    /// <param name="source">Where the images and labels are.</param>
    /// <param name="indices">Which images, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="LanewiseException">The network does not end in logits.</exception>
    public void Evaluate(ITensorSource source, ReadOnlySpan<int> indices)
    {
        RequireLogits();
        Run(source, indices, BatchMode.Evaluate, 0);
    }

    /// <summary>Forward and backward: adds up the gradient of the mean cross-entropy to all weights.</summary>
    /// <param name="source">Where the images and labels are.</param>
    /// <param name="indices">Which images, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <param name="step">The number of the training step, which decides what dropout drops.</param>
    /// <exception cref="InvalidOperationException">The plan was not compiled for training.</exception>
    /// <exception cref="LanewiseException">The network does not end in logits.</exception>
    public void ComputeGradients(ITensorSource source, ReadOnlySpan<int> indices, long step = 0)
    {
        if (!Options.Training)
        {
            throw new InvalidOperationException("this plan was compiled without gradients; set PlanOptions.Training.");
        }

        RequireLogits();
        Run(source, indices, BatchMode.Train, 1f / Math.Max(1, indices.Length), step);
    }

    /// <summary>The gradients computed since they were last applied or discarded, by trained parameter.</summary>
    public Weights Gradients()
    {
        var sum = new LaneMemory(_parameters.GradientFloats);
        var to = sum.Slice(0, sum.Length);
        foreach (var slot in _schedule.Slots)
        {
            var part = slot.Slice(0, slot.Length);
            for (int i = 0; i < to.Length; i++)
            {
                to[i] += part[i];
            }
        }

        return _parameters.UnpackTrained(sum);
    }

    /// <summary>Forgets the gradients computed so far.</summary>
    public void DiscardGradients()
    {
        foreach (var slot in _schedule.Slots)
        {
            slot.Clear();
        }
    }

    /// <summary>Applies the gradients by one step of an optimizer and zeroes them.</summary>
    internal void Apply(OptimizerWork update)
    {
        update.Run(_workers, _kernels, _weights, _schedule.Slots, _parameters.TrainedFloats);
        _transforms.AreStale = true;
    }

    /// <summary>Memory in the layout of the trained weights, for an optimizer's state.</summary>
    internal LaneMemory TakeLikeWeights() => new(_parameters.TrainedFloats);

    /// <summary>Copies an optimizer's state out under the names of the parameters that are trained.</summary>
    internal Weights SaveState(LaneMemory memory) => _parameters.UnpackTrained(memory);

    /// <summary>Copies an optimizer's state in.</summary>
    /// <exception cref="LanewiseException">It is not the state of the parameters that are trained.</exception>
    internal void LoadState(Weights state, LaneMemory memory)
    {
        var odd = _parameters.Trained.Select(p => $"{p.Name} ({p.ShapeText})").ToHashSet(StringComparer.Ordinal);
        odd.SymmetricExceptWith(state.Tensors.Select(t => $"{t.Name} ({t.ShapeText})"));
        if (odd.Count > 0)
        {
            throw new ModelFormatException(
                $"{Network.Name}: only one of the network's trained parameters and the optimizer's state has {odd.First()}; train the same parameters as before.",
                ModelFormatError.Mismatch);
        }

        _parameters.PackTrained(state, memory);
    }

    /// <summary>
    /// Forward, and backward from a given gradient to the output: the gradients of Σ outputGradient · output. Afterwards
    /// <see cref="Output"/> holds the output and <see cref="InputGradients"/>, if asked for, the gradient to the images.
    /// </summary>
    /// <param name="outputGradient">[image][value], as long as the images' outputs.</param>
    /// <param name="source">Where the images are; labels are not asked for.</param>
    /// <param name="indices">Which images, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="InvalidOperationException">The plan was compiled without any gradient.</exception>
    /// <exception cref="ArgumentException">The gradient is not one value for each of the images' outputs.</exception>
    public void ComputeGradientsFrom(float[] outputGradient, ITensorSource source, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(outputGradient);
        if (!Options.Differentiates)
        {
            throw new InvalidOperationException("this plan was compiled without gradients; set PlanOptions.Training or PlanOptions.InputGradient.");
        }

        if (outputGradient.Length < indices.Length * Network.OutputCount)
        {
            throw new ArgumentException($"{outputGradient.Length} values; {indices.Length} images have {Network.OutputCount} each", nameof(outputGradient));
        }

        _batch.GivenGradient = outputGradient;
        Run(source, indices, BatchMode.Given, 0);
    }

    /// <summary>The gradient to the images, [image][C·H·W], where <see cref="PlanOptions.InputGradient"/> asked for it.</summary>
    public ReadOnlySpan<float> InputGradients => Options.InputGradient ? _batch.InputGradients.AsSpan(0, _batch.Count * Network.Input.Count) : [];

    /// <summary>Each thread's or each block's activations; for tests.</summary>
    internal IReadOnlyList<LaneMemory> Activations => _schedule.Activations;

    /// <summary>Measures every kernel call of a plan of one thread.</summary>
    internal void Time(StepClock clock) => _schedule.Clock = clock;

    /// <summary>Images that run faster one at a time than side by side in one block.</summary>
    private static int FewImages(KernelSet kernels) => kernels.LaneWidth * 3 / 4;

    private Plan? ForRemainder()
    {
        int rest = Options.BatchSize % _kernels.LaneWidth;
        bool mayHave = !Options.Differentiates && Options.Lanes == LaneUse.Automatic && Options.BatchSize > _kernels.LaneWidth
            && rest > 0 && rest <= FewImages(_kernels) && _program.BlockImages > 1 && !_program.GoesByLayers;
        if (!mayHave)
        {
            return null;
        }

        var plan = new Plan(Network, Options with { BatchSize = FewImages(_kernels), Lanes = LaneUse.Channels, Schedule = WorkOrder.Blocks });
        return plan._program.BlockImages == 1 ? plan : null;
    }

    private static Fusion Fuse(Network network, PlanOptions options, KernelSet kernels)
    {
        var images = Fusion.Of(network, options, channelLanes: 0);
        bool channels = options.Lanes switch
        {
            LaneUse.Images => false,
            LaneUse.Channels => true,
            // Threads cannot share a small network's only block well.
            _ => options.BatchSize <= FewImages(kernels) || (options.BatchSize <= kernels.LaneWidth && !images.IsLarge(kernels.LaneWidth)) || images.IsLargeAndPointwise(kernels.LaneWidth),
        };
        if (options.Differentiates || !channels)
        {
            return images;
        }

        var fusion = Fusion.Of(network, options, kernels.LaneWidth);
        return fusion.TakesChannelLanes ? fusion : images;
    }

    private void RequireLogits()
    {
        if (Network.Output.Shape.Pixels != 1)
        {
            throw new ShapeException(
                $"{Network.Name}: its output is {Network.Output.Shape}, not a row of logits; end the network with .Flatten() and .Linear(…).",
                Network.Name,
                Network.Output.Path);
        }
    }

    private void Run(ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, float scale, long step = 0)
    {
        if (indices.Length > Options.BatchSize)
        {
            throw new ArgumentException($"{indices.Length} images; this plan takes {Options.BatchSize} at most", nameof(indices));
        }

        int rest = _remainder is null ? 0 : indices.Length % _kernels.LaneWidth;
        if (rest == 0 || rest > FewImages(_kernels))
        {
            Start(source, indices, mode, scale, step);
            if (!indices.IsEmpty)
            {
                _schedule.Run(_workers);
            }

            return;
        }

        Start(source, indices[..^rest], mode, scale, step);
        _remainder!.Start(source, indices[^rest..], mode, scale, step);
        _joint!.Run(_workers);
        _batch.Append(_remainder._batch);
    }

    private void Start(ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, float scale, long step)
    {
        _batch.Prepare(source, indices, mode, scale, step);
        _transforms.Refresh(_workers);
    }
}
