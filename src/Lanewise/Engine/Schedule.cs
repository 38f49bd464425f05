using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Runs the steps of a plan on the blocks of a batch: the order of execution, and the split among threads.</summary>
internal abstract class Schedule
{
    /// <summary>
    /// In training, the maximum activations of a block that runs through the whole network at once. The L2 cache is smaller, but still
    /// holds the output of a layer when the next one reads it.
    /// </summary>
    private const long MaxFloats = 4 << 20;

    /// <summary>The activations of each block or each thread; for tests.</summary>
    public abstract LaneMemory[] Activations { get; }

    /// <summary>The gradients of each slot, in the order in which they are summed.</summary>
    public abstract LaneMemory[] Slots { get; }

    /// <summary>Called with every kernel call of a single-threaded plan; null for none.</summary>
    public StepClock? Clock { get; set; }

    /// <summary>Runs the batch through the network.</summary>
    public abstract void Run(Workers workers);

    /// <summary>
    /// Whether an average layer takes so long that splitting it among threads gains more than the join after each layer costs.
    /// </summary>
    private static bool IsWorthSharing(Fusion fusion, BlockProgram program)
    {
        // About ten microseconds.
        const long MinMacs = 1_000_000;
        return fusion.Units.Sum(u => u.Node.Macs) * program.BlockImages / fusion.Units.Count >= MinMacs;
    }

    /// <summary>
    /// Whether all blocks run through a layer before the next one starts. In training this does not depend on the number of threads, so
    /// that results are bitwise identical for any.
    /// </summary>
    public static bool IsLayerByLayer(Fusion fusion, BlockProgram program)
    {
        var options = program.Options;
        int blocks = (options.BatchSize - 1) / program.BlockImages + 1;
        return fusion.CouplesImages || options.Schedule switch
        {
            WorkOrder.Blocks => false,
            WorkOrder.Layers => true,
            _ => options.HasBackward ? program.ActivationFloats > MaxFloats : blocks < options.Threads && IsWorthSharing(fusion, program),
        };
    }

    /// <summary>Creates the schedule that the program was compiled for.</summary>
    public static Schedule Of(BlockProgram program, Batch batch, LaneMemory weights) => program.IsLayerByLayer
        ? new LayerSchedule(program, batch, weights)
        : new BlockSchedule(program, batch, weights);
}
