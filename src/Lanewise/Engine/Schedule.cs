using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Runs the steps of a program on the blocks of a batch: the order of execution, and the split among threads.</summary>
internal abstract class Schedule
{
    /// <summary>
    /// In training, the maximum activations, in vectors, of a block that runs through the whole network at once: 16 MiB for sixteen images.
    /// The L2 cache is smaller, but still holds the output of a layer when the next one reads it.
    /// </summary>
    private const long MaxVectors = 256 << 10;

    /// <summary>The activations of each block or each thread; for tests.</summary>
    public abstract LaneMemory[] Activations { get; }

    /// <summary>The gradients of each slot, in the order in which they are summed.</summary>
    public abstract LaneMemory[] Slots { get; }

    /// <summary>Called with every kernel call of a single-threaded execution; null for none.</summary>
    public StepClock? Clock { get; set; }

    /// <summary>Runs the batch through the network.</summary>
    public abstract void Run(Workers workers);

    /// <summary>
    /// Whether an average layer takes so long that splitting it among threads gains more than the join after each layer costs.
    /// </summary>
    public static bool IsWorthSharing(Form form, int blockImages)
    {
        // About ten microseconds.
        const long MinMacs = 1_000_000;
        int count = form.AllUnits.Count();
        return count > 0 && form.AllUnits.Sum(u => u.Node.Macs) * blockImages / count >= MinMacs;
    }

    /// <summary>
    /// Whether all blocks run through a layer before the next one starts. In training this depends on neither threads nor
    /// lane width, so that results are bitwise identical for any.
    /// </summary>
    public static bool IsLayerByLayer(BlockProgram program, int batchSize, int threads) =>
        program.CouplesImages || program.Options.Schedule switch
        {
            WorkOrder.Blocks => false,
            WorkOrder.Layers => true,
            _ => program.Options.HasBackward
                ? program.ActivationFloats / program.Kernels.LaneWidth > MaxVectors
                : program.BlocksOf(batchSize) < threads && program.IsWorthSharing,
        };

    /// <summary>
    /// Creates the schedule of a program: for a backward pass the one that it was compiled for, for inference the faster one for a number
    /// of images and threads.
    /// </summary>
    public static Schedule Of(BlockProgram program, Batch batch, LaneMemory weights, int threads) =>
        (program.Options.HasBackward ? program.IsLayerByLayer : IsLayerByLayer(program, batch.Capacity, threads))
            ? new LayerSchedule(program, batch, weights, threads)
            : new BlockSchedule(program, batch, weights, threads);
}
