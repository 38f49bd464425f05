using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>In which order a batch's blocks and a plan's steps are worked through, and by whom.</summary>
internal abstract class Schedule
{
    /// <summary>
    /// Training: a block that needs no more activations than this goes through the whole network at once. The second-level cache
    /// is smaller, but what a layer leaves is still warm for the next.
    /// </summary>
    private const long MaxFloats = 4 << 20;

    /// <summary>Each block's, or each thread's, activations; for tests.</summary>
    public abstract LaneMemory[] Activations { get; }

    /// <summary>The gradients of each slot, in the order in which they are to be summed.</summary>
    public abstract LaneMemory[] Slots { get; }

    /// <summary>Told of every kernel call of a plan of one thread; null where nobody wants to know.</summary>
    public StepClock? Clock { get; set; }

    /// <summary>Takes the batch through the network.</summary>
    public abstract void Run(Workers workers);

    /// <summary>Whether a layer of a block takes so long that threads gain more by sharing it than they lose by meeting after each.</summary>
    private static bool IsWorthSharing(Fusion fusion, BlockProgram program)
    {
        // Some ten microseconds of work.
        const long MinMultiplyAdds = 1_000_000;
        return fusion.Units.Sum(u => u.Node.Macs) * program.BlockImages / fusion.Units.Count >= MinMultiplyAdds;
    }

    /// <summary>Whether all blocks should go through a layer before the next one begins. For training it does not depend on the threads, nor do the bits.</summary>
    public static bool GoesByLayers(Fusion fusion, BlockProgram program)
    {
        var options = program.Options;
        int blocks = (options.BatchSize - 1) / program.BlockImages + 1;
        return fusion.CouplesImages || options.Schedule switch
        {
            WorkOrder.Blocks => false,
            WorkOrder.Layers => true,
            _ => options.Differentiates ? program.ActivationFloats > MaxFloats : blocks < options.Threads && IsWorthSharing(fusion, program),
        };
    }

    /// <summary>The schedule that the program was made for.</summary>
    public static Schedule Of(BlockProgram program, Batch batch, LaneMemory weights) => program.GoesByLayers
        ? new LayerSchedule(program, batch, weights)
        : new BlockSchedule(program, batch, weights);
}
