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
    private readonly BlockWork _work;
    private readonly LaneMemory _weights;
    private readonly LaneMemory[] _slots;

    private Plan(Network network, PlanOptions options)
    {
        Network = network;
        Options = options;
        _kernels = KernelSet.For(options.LaneWidth);
        _parameters = new ParameterLayout(network, _kernels);
        _program = new BlockProgram(network, _parameters, _kernels, options);
        _weights = new LaneMemory(_parameters.Floats);
        int blocks = (options.BatchSize - 1) / LaneWidth + 1;
        _slots = new LaneMemory[options.Training ? Math.Min(blocks, MostSlots) : 0];
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new LaneMemory(_parameters.Floats);
        }

        _workers = Workers.For(options.Threads);
        _work = new BlockWork(network, _program, options, _weights, _slots);
    }

    /// <summary>
    /// Blocks share so many sets of private gradients, whatever the number of threads, so that the order of all sums is
    /// fixed; it also bounds the threads that a training step can keep busy.
    /// </summary>
    private const int MostSlots = 16;

    /// <summary>What was compiled.</summary>
    public Network Network { get; }

    /// <summary>How it was compiled.</summary>
    public PlanOptions Options { get; }

    /// <summary>Images in a block.</summary>
    public int LaneWidth => _kernels.LaneWidth;

    /// <summary>Each picture's cross-entropy after <see cref="Evaluate"/> or <see cref="ComputeGradients"/>, in the order asked for.</summary>
    public ReadOnlySpan<double> Losses => _work.Losses.AsSpan(0, _work.Count);

    /// <summary>Each picture's most likely class.</summary>
    public ReadOnlySpan<int> Predictions => _work.Predictions.AsSpan(0, _work.Count);

    /// <summary>Each picture's logits, [picture][class].</summary>
    public ReadOnlySpan<float> Logits => _work.Logits.AsSpan(0, _work.Count * Network.Classes);

    internal BlockProgram Program => _program;

    /// <summary>Compiles <paramref name="network"/>.</summary>
    /// <exception cref="LanewiseException">An option is out of range.</exception>
    public static Plan Compile(Network network, PlanOptions options)
    {
        if (options.BatchSize < 1 || options.Threads < 1)
        {
            throw new LanewiseException($"batch size {options.BatchSize}, threads {options.Threads}: both must be at least 1.");
        }

        if (options.LaneWidth != 0 && !KernelSet.Widths.Contains(options.LaneWidth))
        {
            throw new LanewiseException($"lane width {options.LaneWidth}: this processor has {string.Join(", ", KernelSet.Widths)}; choose one of these, or 0 for the widest.");
        }

        try
        {
            return new Plan(network, options);
        }
        catch (Exception e) when (e is OverflowException or OutOfMemoryException)
        {
            throw new LanewiseException($"{network.Name}: batch size {options.BatchSize} needs more memory than there is; use a smaller batch or fewer threads.", e);
        }
    }

    /// <summary>Copies weights in.</summary>
    /// <exception cref="LanewiseException">They do not fit the network.</exception>
    public void Load(Weights weights) => _parameters.Pack(weights, _weights);

    /// <summary>Copies the weights out.</summary>
    public Weights Save() => _parameters.Unpack(_weights);

    /// <summary>Runs pictures through the network; afterwards <see cref="Logits"/> and <see cref="Predictions"/> hold the answers.</summary>
    /// <param name="source">Where the pictures are.</param>
    /// <param name="indices">Which pictures, at most <see cref="PlanOptions.BatchSize"/>.</param>
    public void Infer(IExampleSource source, ReadOnlySpan<int> indices) => Run(source, indices, BlockMode.Infer, 0);

    /// <summary>As <see cref="Infer"/>, and compares with the labels.</summary>
    /// <param name="source">Where the pictures and labels are.</param>
    /// <param name="indices">Which pictures, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="LanewiseException">The network does not end in logits.</exception>
    public void Evaluate(IExampleSource source, ReadOnlySpan<int> indices)
    {
        NeedLogits();
        Run(source, indices, BlockMode.Evaluate, 0);
    }

    /// <summary>Forward and backward: adds up the gradient of the mean cross-entropy to all weights.</summary>
    /// <param name="source">Where the pictures and labels are.</param>
    /// <param name="indices">Which pictures, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <exception cref="InvalidOperationException">The plan was not compiled for training.</exception>
    /// <exception cref="LanewiseException">The network does not end in logits.</exception>
    public void ComputeGradients(IExampleSource source, ReadOnlySpan<int> indices)
    {
        if (!Options.Training)
        {
            throw new InvalidOperationException("this plan was compiled without gradients; set PlanOptions.Training.");
        }

        NeedLogits();
        Run(source, indices, BlockMode.Train, 1f / Math.Max(1, indices.Length));
    }

    /// <summary>The gradients computed since they were last applied or discarded, by parameter.</summary>
    public Weights Gradients()
    {
        var sum = new LaneMemory(_parameters.Floats);
        var to = sum.Slice(0, sum.Length);
        foreach (var slot in _slots)
        {
            var part = slot.Slice(0, slot.Length);
            for (int i = 0; i < to.Length; i++)
            {
                to[i] += part[i];
            }
        }

        return _parameters.Unpack(sum);
    }

    /// <summary>Forgets the gradients computed so far.</summary>
    public void DiscardGradients()
    {
        foreach (var slot in _slots)
        {
            slot.Clear();
        }
    }

    /// <summary>Applies the gradients by one step of an optimizer and zeroes them.</summary>
    internal void Apply(OptimizerWork update) => update.Run(_workers, _kernels, _weights, _slots, _weights.Length);

    /// <summary>Memory in the layout of the weights, for an optimizer's state.</summary>
    internal LaneMemory TakeLikeWeights() => new(_parameters.Floats);

    /// <summary>Copies an optimizer's state out under the names of the parameters that are trained.</summary>
    internal Weights SaveState(LaneMemory memory) => _parameters.Unpack(memory, Trained);

    /// <summary>Copies an optimizer's state in.</summary>
    /// <exception cref="LanewiseException">It is not the state of the parameters that are trained.</exception>
    internal void LoadState(Weights state, LaneMemory memory)
    {
        var odd = Trained.Select(p => $"{p.Name} ({p.ShapeText})").ToHashSet(StringComparer.Ordinal);
        odd.SymmetricExceptWith(state.Tensors.Select(t => $"{t.Name} ({t.ShapeText})"));
        if (odd.Count > 0)
        {
            throw new LanewiseException($"{Network.Name}: only one of the network's trained parameters and the optimizer's state has {odd.First()}; train the same parameters as before.");
        }

        _parameters.Pack(state, memory, Trained);
    }

    private IEnumerable<ParameterSpec> Trained => Network.Parameters.Where(p => !p.IsBuffer && Options.Trains?.Invoke(p.Name) != false);

    /// <summary>Runs forward and backward from a given gradient to the output, [picture][value]; for tests.</summary>
    internal void ComputeGradientsFrom(float[] outputGradient, IExampleSource source, ReadOnlySpan<int> indices)
    {
        _work.GivenGradient = outputGradient;
        Run(source, indices, BlockMode.Given, 0);
    }

    /// <summary>The gradient to the pictures, [picture][C·H·W]; for tests.</summary>
    internal ReadOnlySpan<float> InputGradients => _work.InputGradients.AsSpan(0, _work.Count * Network.Input.Count);

    /// <summary>Each thread's activations; for tests.</summary>
    internal IReadOnlyList<LaneMemory> Activations => _work.Activations;

    private void NeedLogits()
    {
        if (Network.Output.Shape.Pixels != 1)
        {
            throw new LanewiseException($"{Network.Name}: its output is {Network.Output.Shape}, not a row of logits; end the network with .Flatten() and .Linear(…).");
        }
    }

    private void Run(IExampleSource source, ReadOnlySpan<int> indices, BlockMode mode, float scale)
    {
        if (indices.Length > Options.BatchSize)
        {
            throw new ArgumentException($"{indices.Length} pictures; this plan takes {Options.BatchSize} at most", nameof(indices));
        }

        int items = _work.Prepare(source, indices, mode, scale);
        _workers.Run(_work, items);
    }
}
