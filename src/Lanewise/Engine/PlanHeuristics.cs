using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The compile-time decisions of <see cref="Plan"/> that rest on measurements: the memory layout, and how the last images of a batch run.
/// </summary>
internal static class PlanHeuristics
{
    /// <summary>The largest number of images that runs faster one image at a time than as one batch-interleaved block.</summary>
    public static int MaxImagesOneByOne(KernelSet kernels) => kernels.LaneWidth * 3 / 4;

    /// <summary>Fuses the network for the faster memory layout that its ops support.</summary>
    public static Fusion Fuse(Network network, PlanOptions options, KernelSet kernels)
    {
        var batchInterleaved = Fusion.Of(network, options, channelLanes: 0);
        if (options.HasBackward || !PrefersChannelInterleaved(batchInterleaved, options, kernels))
        {
            return batchInterleaved;
        }

        var channelInterleaved = Fusion.Of(network, options, kernels.LaneWidth);
        return channelInterleaved.SupportsChannelLanes ? channelInterleaved : batchInterleaved;
    }

    /// <summary>Whether the images beyond the last full block may run one by one, in a channel-interleaved plan of their own.</summary>
    public static bool MayHaveRemainder(PlanOptions options, KernelSet kernels, BlockProgram program)
    {
        int remainder = options.BatchSize % kernels.LaneWidth;
        return !options.HasBackward && options.LaneLayout == LaneLayout.Automatic && options.BatchSize > kernels.LaneWidth
            && remainder > 0 && remainder <= MaxImagesOneByOne(kernels) && program.BlockImages > 1 && !program.IsLayerByLayer;
    }

    private static bool PrefersChannelInterleaved(Fusion fusion, PlanOptions options, KernelSet kernels) => options.LaneLayout switch
    {
        LaneLayout.BatchInterleaved => false,
        LaneLayout.ChannelInterleaved => true,
        // Threads cannot share a small network's only block well.
        _ => options.BatchSize <= MaxImagesOneByOne(kernels)
            || (options.BatchSize <= kernels.LaneWidth && !fusion.IsLarge(kernels.LaneWidth))
            || fusion.IsLargeAndPointwise(kernels.LaneWidth),
    };
}
