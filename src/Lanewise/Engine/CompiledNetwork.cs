using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// What is compiled: a network's kernel calls, and the layouts of its weights and activations. Immutable, and free of weights and
/// activations, so that any number of <see cref="PackedWeights"/> and <see cref="Execution"/>s may use it at once.
/// </summary>
internal sealed class CompiledNetwork
{
    private CompiledNetwork(Network network, PlanOptions options)
    {
        (Network, Options) = (network, options);
        Kernels = KernelSet.For(options.LaneWidth);
        MemoryCheck.OfResults(network, options);
        var form = PlanHeuristics.Lower(network, options, Kernels);
        Parameters = new ParameterLayout(form, Kernels);
        Program = new BlockProgram(form, Parameters, Kernels);
        Remainder = CompileRemainder();
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The options that the network was compiled with.</summary>
    public PlanOptions Options { get; }

    /// <summary>The kernels of the chosen lane width.</summary>
    public KernelSet Kernels { get; }

    /// <summary>The layout of the packed weights.</summary>
    public ParameterLayout Parameters { get; }

    /// <summary>The kernel calls, and the layout of the activations.</summary>
    public BlockProgram Program { get; }

    /// <summary>
    /// The form in which the images beyond the last full block run one by one, beside the blocks; null where these images form a partly
    /// filled block.
    /// </summary>
    public CompiledNetwork? Remainder { get; }

    /// <summary>Compiles a network.</summary>
    /// <exception cref="LanewiseException">An option is out of range, an op is not supported, or memory does not suffice.</exception>
    public static CompiledNetwork Of(Network network, PlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return MemoryCheck.Allocate(network, options.BatchSize, () => new CompiledNetwork(network, options));
    }

    private CompiledNetwork? CompileRemainder()
    {
        if (!PlanHeuristics.MayHaveRemainder(Options, Kernels, Program))
        {
            return null;
        }

        var remainder = new CompiledNetwork(Network, Options with
        {
            BatchSize = PlanHeuristics.MaxImagesOneByOne(Kernels),
            LaneLayout = LaneLayout.ChannelInterleaved,
            Schedule = WorkOrder.Blocks,
        });
        return remainder.Program.BlockImages == 1 ? remainder : null;
    }
}
