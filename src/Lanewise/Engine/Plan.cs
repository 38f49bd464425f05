using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// A network compiled for a batch size, a lane width and a number of threads: it fixes kernels, memory and order of execution. All
/// memory is allocated at compilation; running a plan allocates nothing. A plan runs on several threads but is not itself thread-safe:
/// call it from one thread at a time. Results are bitwise identical for any number of threads.
/// </summary>
public sealed partial class Plan
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
        var fusion = PlanHeuristics.Fuse(network, options, _kernels);
        _parameters = new ParameterLayout(network, fusion, _kernels, options);
        _program = new BlockProgram(fusion, _parameters, _kernels, options);
        _weights = new LaneMemory(_program.WeightFloats);
        _transforms = new WeightTransforms(_program, _weights);
        _workers = Workers.For(options.Threads);
        _batch = new Batch(network, _program);
        _schedule = Schedule.Of(_program, _batch, _weights);
        _remainder = CompileRemainder();
        _joint = _remainder is null ? null : new((BlockSchedule)_schedule, (BlockSchedule)_remainder._schedule);
    }

    /// <summary>The compiled network.</summary>
    public Network Network { get; }

    /// <summary>The options that the network was compiled with.</summary>
    public PlanOptions Options { get; }

    /// <summary>
    /// The number of floats in a SIMD vector: the images of a block in the batch-interleaved layout, channels of one image in the
    /// channel-interleaved layout, which inference on few images uses.
    /// </summary>
    public int LaneWidth => _kernels.LaneWidth;

    /// <summary>
    /// The cross-entropy of each image, (N), set by <see cref="Evaluate"/> and <see cref="ComputeGradients"/>, in the order of the indices
    /// passed to them; <see cref="ComputeGradients"/> adds the weighted losses of the auxiliary outputs.
    /// </summary>
    public ReadOnlySpan<double> Losses => _batch.Losses.AsSpan(0, _batch.Count);

    /// <summary>The most likely class of each image, (N), set by every run of a classifier.</summary>
    public ReadOnlySpan<int> Predictions => _batch.Predictions.AsSpan(0, _batch.Count);

    /// <summary>
    /// The output of the network, (N, C, H, W) in row-major order: for a classifier its logits, (N, classes). Not set by
    /// <see cref="ComputeGradients"/>.
    /// </summary>
    public ReadOnlySpan<float> Output => _batch.Output.AsSpan(0, _batch.Count * Network.OutputCount);

    internal BlockProgram Program => _program;

    /// <summary>
    /// The plan that runs the images beyond the last full block one by one, beside the blocks; null where these images form a partly filled
    /// block.
    /// </summary>
    internal Plan? Remainder => _remainder;

    /// <summary>Compiles a network; <see cref="SetWeights"/> has to follow before it is run.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="LanewiseException">An option is out of range, an op is not supported, or memory does not suffice.</exception>
    public static Plan Compile(Network network, PlanOptions options)
    {
        if (options.BatchSize < 1 || options.Threads < 1)
        {
            var (option, value) = options.BatchSize < 1
                ? (nameof(options.BatchSize), options.BatchSize)
                : (nameof(options.Threads), options.Threads);
            throw new InvalidOptionException(
                $"batch size {options.BatchSize}, threads {options.Threads}: both must be at least 1.", option, value);
        }

        if (options.LaneWidth != 0 && !KernelSet.Widths.Contains(options.LaneWidth))
        {
            string widths = string.Join(", ", KernelSet.Widths);
            throw new InvalidOptionException(
                $"lane width {options.LaneWidth}: this processor supports {widths}; choose one of these, or 0 for the widest.",
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
                $"{network.Name}: not enough memory for batch size {options.BatchSize}; use a smaller batch or fewer threads.",
                nameof(options.BatchSize),
                options.BatchSize,
                e);
        }
    }

    /// <summary>Copies weights, with their buffers such as running statistics, into the plan.</summary>
    /// <param name="weights">The weights, matched by name.</param>
    /// <exception cref="LanewiseException">A name or a shape does not match the network.</exception>
    public void SetWeights(Weights weights)
    {
        weights = _parameters.Pack(weights, _weights);
        _loaded = _parameters.IsPartial ? weights : null;
        _transforms.AreStale = true;
        _remainder?.SetWeights(weights);
    }

    /// <summary>
    /// Copies the weights out of the plan, with their buffers such as running statistics. Parameters that the plan keeps in another form
    /// only, such as a batch norm folded into a convolution, are returned as they were set.
    /// </summary>
    /// <returns>The weights of all parameters of the network.</returns>
    /// <exception cref="InvalidOperationException">The plan keeps parameters in another form, and no weights were set.</exception>
    public Weights GetWeights() => _parameters.IsPartial && _loaded is null
        ? throw new InvalidOperationException("no weights were set; call SetWeights first.")
        : _parameters.Unpack(_weights, _loaded);

    /// <summary>
    /// Runs the forward pass and sets <see cref="Output"/> and <see cref="Predictions"/>. A plan compiled for training runs it in training
    /// mode: batch norm uses the statistics of the batch, and dropout is active.
    /// </summary>
    /// <param name="source">The source of the images.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentException">There are more indices than <see cref="PlanOptions.BatchSize"/>.</exception>
    public void Infer(ITensorSource source, ReadOnlySpan<int> indices) => Run(source, indices, BatchMode.Infer, 0);

    /// <summary>
    /// Runs the forward pass as <see cref="Infer"/> does and sets <see cref="Output"/>, <see cref="Losses"/> and <see cref="Predictions"/>.
    /// </summary>
    /// <param name="source">The source of the images and labels.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentException">There are more indices than <see cref="PlanOptions.BatchSize"/>.</exception>
    /// <exception cref="LanewiseException">The output of the network is not a row of logits, or a label is out of range.</exception>
    public void Evaluate(ITensorSource source, ReadOnlySpan<int> indices)
    {
        RequireLogits();
        Run(source, indices, BatchMode.Evaluate, 0);
    }

    /// <summary>The activations of each thread or each block; for tests.</summary>
    internal IReadOnlyList<LaneMemory> Activations => _schedule.Activations;

    /// <summary>Measures every kernel call with the clock from now on; for plans of one thread.</summary>
    internal void Time(StepClock clock) => _schedule.Clock = clock;

    private Plan? CompileRemainder()
    {
        if (!PlanHeuristics.MayHaveRemainder(Options, _kernels, _program))
        {
            return null;
        }

        var plan = new Plan(Network, Options with
        {
            BatchSize = PlanHeuristics.MaxImagesOneByOne(_kernels),
            LaneLayout = LaneLayout.ChannelInterleaved,
            Schedule = WorkOrder.Blocks,
        });
        return plan._program.BlockImages == 1 ? plan : null;
    }

    private void RequireLogits()
    {
        if (Network.Output.Shape.Pixels != 1)
        {
            throw new ShapeException(
                $"{Network.Name}: its output is {Network.Output.Shape}, not a row of logits; "
                + "end the network with .Flatten() and .Linear(…).",
                Network.Name,
                Network.Output.Path);
        }
    }

    private void Run(ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, float scale, long step = 0)
    {
        if (indices.Length > Options.BatchSize)
        {
            throw new ArgumentException($"{indices.Length} images; the plan was compiled for at most {Options.BatchSize}", nameof(indices));
        }

        int remainder = _remainder is null ? 0 : indices.Length % _kernels.LaneWidth;
        if (remainder == 0 || remainder > PlanHeuristics.MaxImagesOneByOne(_kernels))
        {
            Prepare(source, indices, mode, scale, step);
            if (!indices.IsEmpty)
            {
                _schedule.Run(_workers);
            }

            return;
        }

        Prepare(source, indices[..^remainder], mode, scale, step);
        _remainder!.Prepare(source, indices[^remainder..], mode, scale, step);
        _joint!.Run(_workers);
        _batch.Append(_remainder._batch);
    }

    private void Prepare(ITensorSource source, ReadOnlySpan<int> indices, BatchMode mode, float scale, long step)
    {
        _batch.Prepare(source, indices, mode, scale, step);
        _transforms.Refresh(_workers);
    }
}
