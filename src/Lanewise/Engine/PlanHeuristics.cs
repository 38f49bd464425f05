using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The compile-time decisions of <see cref="Plan"/> that rest on measurements: the memory layout, and how the last images of a batch run.
/// </summary>
internal static class PlanHeuristics
{
    /// <summary>The largest number of images that runs faster one image at a time than as one batch-interleaved block.</summary>
    public static int MaxImagesOneByOne(KernelSet kernels) => kernels.LaneWidth * 3 / 4;

    /// <summary>Brings a network into the intermediate form, in the faster memory layout that its ops support.</summary>
    public static Form Lower(Network network, PlanOptions options, KernelSet kernels)
    {
        var batchInterleaved = Passes.Run(network, options, kernels, isChannelInterleaved: false);
        if (options.HasBackward || !PrefersChannelInterleaved(batchInterleaved, options, kernels))
        {
            return batchInterleaved;
        }

        var channelInterleaved = Passes.Run(network, options, kernels, isChannelInterleaved: true);
        return SupportsChannelLanes(channelInterleaved) ? channelInterleaved : batchInterleaved;
    }

    /// <summary>Whether the images beyond the last full block may run one by one, in a channel-interleaved plan of their own.</summary>
    public static bool MayHaveRemainder(PlanOptions options, KernelSet kernels, BlockProgram program)
    {
        int remainder = options.BatchSize % kernels.LaneWidth;
        return !options.HasBackward && options.LaneLayout == LaneLayout.Automatic && options.BatchSize > kernels.LaneWidth
            && remainder > 0 && remainder <= MaxImagesOneByOne(kernels) && program.BlockImages > 1 && !program.IsLayerByLayer;
    }

    private static bool PrefersChannelInterleaved(Form form, PlanOptions options, KernelSet kernels) => options.LaneLayout switch
    {
        LaneLayout.BatchInterleaved => false,
        LaneLayout.ChannelInterleaved => true,
        // Threads cannot share a small network's only block well.
        _ => options.BatchSize <= MaxImagesOneByOne(kernels)
            || (options.BatchSize <= kernels.LaneWidth && !IsLarge(form, kernels.LaneWidth))
            || IsLargeAndPointwise(form, kernels.LaneWidth),
    };

    /// <summary>Whether a network can run in the channel-interleaved layout.</summary>
    private static bool SupportsChannelLanes(Form form)
    {
        Node[] nodes = [.. form.Network.Nodes.Where(form.Needed.Contains)];
        return form.Units.Length > 0 && form.AllUnits.All(unit => unit.Lowering.SupportsChannelLanes(unit, form))
            && nodes.All(node => node.Op is not Flatten || node.Inputs[0].Shape.Pixels == 1 || IsReadByLinear(node));

        // Linear layers can read the input of a Flatten as it is.
        bool IsReadByLinear(Node node) => form.Network.Output != node
            && nodes.Where(reader => reader.Inputs.Contains(node))
                .All(reader => reader.Op is Linear || (reader.Op is Dropout && IsReadByLinear(reader)));
    }

    /// <summary>Whether the activations of a block of images exceed the caches.</summary>
    private static bool IsLarge(Form form, int blockImages)
    {
        // Bytes read and written in total; up to this the caches hold the activations, as measured.
        const long Cached = 64L << 20;
        long floats = form.AllUnits.Sum(unit => unit.Reads.Append(unit.Output).Sum(value => (long)value.Shape.Count));
        return floats * sizeof(float) * blockImages > Cached;
    }

    /// <summary>
    /// Whether a block of images is large and 1×1 convolutions, which are bound by memory bandwidth, have a large share of the MACs. Then
    /// inference is faster one image at a time: its activations stay in the cache while the weights are streamed.
    /// </summary>
    private static bool IsLargeAndPointwise(Form form, int blockImages)
    {
        // Measured: between GoogLeNet (0.3, slower) and ResNet-50 (0.5, faster).
        const double Share = 0.4;
        long pointwise = form.Needed.Where(n => n.Op is Conv2d { KernelSize: { Height: 1, Width: 1 } }).Sum(n => n.Macs);
        return IsLarge(form, blockImages) && pointwise > Share * form.Needed.Sum(n => n.Macs);
    }
}
