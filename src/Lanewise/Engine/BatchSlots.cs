using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// How a training batch is divided into slots (<see cref="SlotLayout"/>), of a size that suits the whole step. It follows from the network,
/// the batch size and <see cref="PlanOptions.Slots"/> alone: the order of all sums over images, and with it the weights, are the same at
/// any number of threads and any lane width.
/// </summary>
internal static class BatchSlots
{
    /// <summary>Returns the slots of a batch.</summary>
    /// <param name="options">The batch size, and the maximum number of slots; 0 for the default.</param>
    /// <param name="isLayerByLayer">
    /// Whether the network runs layer by layer. Otherwise a thread takes whole slots through the network, so that small batches have small
    /// ones. Slots of half a block cost a training step of the tutorial's networks 5 %.
    /// </param>
    public static SlotLayout Of(PlanOptions options, bool isLayerByLayer)
    {
        int max = options.Slots > 0 ? options.Slots : isLayerByLayer ? SlotTree.MaxSlots / 2 : SlotTree.MaxSlots;
        const int SmallBatch = 4 * SlotLayout.MaxPiece;
        long step = (long)options.BatchSize * options.BatchesPerStep;
        bool isSmall = isLayerByLayer ? options.BatchSize <= SlotLayout.MinImages : step < SmallBatch;
        int images = isSmall ? SlotLayout.MinImages : SlotLayout.MaxPiece;
        while ((step - 1) / images + 1 > max && images < options.BatchSize)
        {
            images = checked(2 * images);
        }

        return new(images, (options.BatchSize - 1) / images + 1);
    }

    /// <summary>Returns what a kernel call sums over: all slots layer by layer, else one piece.</summary>
    public static SlotLayout OfCall(SlotLayout slots, bool isLayerByLayer) => isLayerByLayer ? slots : new(slots.PieceImages, 1);
}
