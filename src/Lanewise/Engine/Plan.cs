using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// A network compiled for a batch size, a lane width and a number of threads, with weights that may change and activations of its own:
/// for training, evaluation and analysis. All memory is allocated at compilation; running a plan allocates nothing. Results are bitwise
/// identical for any number of threads.
/// </summary>
/// <remarks>
/// A plan runs on several threads but serves one caller at a time: a second call throws. Its results are valid until the next run. For
/// concurrent inference, use <see cref="CompiledModel"/>. Disposing of a plan ends its threads at once; a plan that is collected ends
/// them too.
/// </remarks>
public sealed partial class Plan : IDisposable
{
    private readonly CompiledNetwork _compiled;
    private readonly PackedWeights _weights;
    private readonly Execution _execution;
    private readonly Workers _workers;
    private readonly CallGuard _guard;
    private Weights? _loaded;
    private HeldGradients? _held;

    private Plan(CompiledNetwork compiled)
    {
        _compiled = compiled;
        _weights = new PackedWeights(compiled);
        _execution = new Execution(compiled, _weights, compiled.Options.BatchSize, compiled.Options.Threads);
        _workers = Workers.For(compiled.Options.Threads);
        _guard = new CallGuard(
            this, "A plan serves one caller at a time: for concurrent inference use a CompiledModel, and a session of it for each thread.");
    }

    /// <summary>The compiled network.</summary>
    public Network Network => _compiled.Network;

    /// <summary>The options that the network was compiled with.</summary>
    public PlanOptions Options => _compiled.Options;

    /// <summary>
    /// The number of floats in a SIMD vector: the images of a block in the batch-interleaved layout, channels of one image in the
    /// channel-interleaved layout, which inference on few images uses.
    /// </summary>
    public int LaneWidth => _compiled.Kernels.LaneWidth;

    /// <summary>
    /// The cross-entropy of each image, (N), set by <see cref="Evaluate"/> and <see cref="ComputeGradients"/>, in the order of the indices
    /// passed to them; <see cref="ComputeGradients"/> adds the weighted losses of the auxiliary outputs. Empty after other runs, and after
    /// one that failed.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    public ReadOnlySpan<double> Losses => Results is var results && results.HasLosses ? results.Losses.AsSpan(0, results.Count) : [];

    /// <summary>
    /// The most likely class of each image, (N), set by <see cref="Infer"/>, <see cref="Evaluate"/> and <see cref="ComputeGradients"/> of a
    /// classifier. Empty after other runs, and after one that failed.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    public ReadOnlySpan<int> Predictions =>
        Results is var results && results.HasPredictions ? results.Predictions.AsSpan(0, results.Count) : [];

    /// <summary>
    /// The output of the network, (N, C, H, W) in row-major order: for a classifier its logits, (N, classes). Empty
    /// after <see cref="ComputeGradients"/>, which does not compute it, and after a run that failed.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    public ReadOnlySpan<float> Output =>
        Results is var results && results.HasOutput ? results.Output.AsSpan(0, results.Count * Network.OutputCount) : [];

    internal BlockProgram Program => _compiled.Program;

    /// <summary>
    /// The form in which the images beyond the last full block run one by one, beside the blocks; null where these images form a partly
    /// filled block.
    /// </summary>
    internal CompiledNetwork? Remainder => _compiled.Remainder;

    /// <summary>The activations of each thread or each block; for tests.</summary>
    internal IReadOnlyList<LaneMemory> Activations => _execution.Activations;

    private Batch Results
    {
        get
        {
            _guard.Check();
            return _execution.Batch;
        }
    }

    /// <summary>Compiles a network; <see cref="SetWeights"/> has to follow before it is run.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="InvalidOptionException">An option is out of range, or memory does not suffice for the batch.</exception>
    /// <exception cref="ShapeException">Memory does not suffice for a single image.</exception>
    /// <exception cref="NetworkException">An op is not supported.</exception>
    public static Plan Compile(Network network, PlanOptions options)
    {
        var compiled = CompiledNetwork.Of(network, options);
        return MemoryCheck.Allocate(network, options.BatchSize, () => new Plan(compiled));
    }

    /// <summary>Copies weights, with their buffers such as running statistics, into the plan.</summary>
    /// <param name="weights">The weights, matched by name.</param>
    /// <exception cref="LanewiseException">A name or a shape does not match the network.</exception>
    /// <exception cref="InvalidOperationException">Another call is still running.</exception>
    public void SetWeights(Weights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var call = _guard.Enter();
        weights = _weights.Set(weights);
        _loaded = _compiled.Parameters.IsPartial ? weights : null;
    }

    /// <summary>
    /// Copies the weights out of the plan, with their buffers such as running statistics. Parameters that the plan keeps in another form
    /// only, such as a batch norm folded into a convolution, are returned as they were set.
    /// </summary>
    /// <returns>The weights of all parameters of the network.</returns>
    /// <exception cref="InvalidOperationException">No weights were set, or another call is still running.</exception>
    public Weights GetWeights()
    {
        using var call = _guard.Enter();
        return _weights.AreSet
            ? _compiled.Parameters.Unpack(_weights.Memory, _loaded)
            : throw new InvalidOperationException("no weights were set; call SetWeights first.");
    }

    /// <summary>
    /// Runs the forward pass and sets <see cref="Output"/> and <see cref="Predictions"/>. A plan compiled for training runs it in training
    /// mode: batch norm uses the statistics of the batch, and dropout is active.
    /// </summary>
    /// <param name="source">The source of the images.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentException">There are more indices than <see cref="PlanOptions.BatchSize"/>.</exception>
    /// <exception cref="InvalidOperationException">No weights were set, or another call is still running.</exception>
    public void Infer(ITensorSource source, ReadOnlySpan<int> indices)
    {
        using var call = _guard.Enter();
        _execution.Run(_workers, source, indices, BatchMode.Infer);
    }

    /// <summary>
    /// Runs the forward pass as <see cref="Infer"/> does and sets <see cref="Output"/>, <see cref="Losses"/> and <see cref="Predictions"/>.
    /// </summary>
    /// <param name="source">The source of the images and labels.</param>
    /// <param name="indices">The indices of the images in the source, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentException">There are more indices than <see cref="PlanOptions.BatchSize"/>.</exception>
    /// <exception cref="InvalidOperationException">No weights were set, or another call is still running.</exception>
    /// <exception cref="LanewiseException">The output of the network is not a row of logits, or a label is out of range.</exception>
    public void Evaluate(ITensorSource source, ReadOnlySpan<int> indices)
    {
        RequireLogits();
        using var call = _guard.Enter();
        _execution.Run(_workers, source, indices, BatchMode.Evaluate);
    }

    /// <summary>Ends the threads of the plan, unless others use them; running it afterwards throws.</summary>
    public void Dispose()
    {
        if (_guard.Close())
        {
            _workers.Dispose();
        }
    }

    /// <summary>Measures every kernel call with the clock from now on; for plans of one thread.</summary>
    internal void Time(StepClock clock) => _execution.Clock = clock;

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
}
