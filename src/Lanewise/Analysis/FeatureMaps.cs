using Lanewise.Engine;
using Lanewise.Graphs;

namespace Lanewise.Analysis;

/// <summary>From which range values become grey levels.</summary>
public enum GreyRange
{
    /// <summary>From the least to the largest value of all channels, so that channels can be compared.</summary>
    Common,

    /// <summary>From each channel's own least to its own largest value, so that weak channels show their pattern too.</summary>
    Own,
}

/// <summary>Several small images of one shape.</summary>
/// <param name="Shape">C×H×W of each, with one channel (grey) or three (red, green, blue).</param>
/// <param name="Images">C×H×W bytes each.</param>
public sealed record ImageSheet(Shape Shape, IReadOnlyList<byte[]> Images);

/// <summary>What a layer makes of an image, channel by channel.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Values">Its values, C×H×W.</param>
public sealed record FeatureMaps(Node Layer, float[] Values)
{
    private const double White = 255;

    /// <summary>Runs an image up to a layer, as in evaluation.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="layer">One of the network's nodes, not the input.</param>
    /// <param name="source">Where the image is.</param>
    /// <param name="index">Which image.</param>
    /// <exception cref="LanewiseException">The node is the input, or another network's.</exception>
    public static FeatureMaps Of(Network network, Weights weights, Node layer, ITensorSource source, int index)
    {
        var plan = Plan.Compile(network.UpTo(layer), new PlanOptions { BatchSize = 1, Threads = 1 });
        plan.SetWeights(weights.Of(plan.Network));
        plan.Infer(source, [index]);
        return new(layer, plan.Output.ToArray());
    }

    /// <summary>The channels as grey images: black for the range's least value, white for its largest; black too where there is no range or no number.</summary>
    /// <param name="range">The range.</param>
    public ImageSheet ToImages(GreyRange range)
    {
        var shape = Layer.Shape;
        var (least, most) = Range(Values);
        byte[][] images = [.. Values.Chunk(shape.Pixels).Select(channel =>
        {
            var (black, white) = range == GreyRange.Common ? (least, most) : Range(channel);
            return Array.ConvertAll(channel, v => float.IsFinite(v) && white > black ? (byte)Math.Round(White * (v - black) / (white - black)) : (byte)0);
        })];
        return new(new Shape(1, shape.Height, shape.Width), images);
    }

    private static (double Min, double Max) Range(float[] values)
    {
        var finite = values.Where(float.IsFinite).DefaultIfEmpty(0);
        return (finite.Min(), finite.Max());
    }
}

/// <summary>The kernels of a network's first convolution.</summary>
public static class Filters
{
    private const double MidGrey = 127.5;

    /// <summary>The first convolution, which sees the image.</summary>
    /// <exception cref="LanewiseException">The network has none.</exception>
    public static Node FirstLayer(Network network) => network.Nodes.FirstOrDefault(n => n.Op is Conv2d)
        ?? throw new LanewiseException($"{network.Name} has no convolution, so there are no filters to show.");

    /// <summary>
    /// The kernels as images: in colour where they take three channels, otherwise one grey image for each output and input
    /// channel. Zero is mid grey, 128; the largest magnitude of all is black or white.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <exception cref="LanewiseException">The network has no convolution.</exception>
    public static ImageSheet Of(Network network, Weights weights)
    {
        var kernels = weights[FirstLayer(network).Parameters[0].Name];
        int channels = kernels.Dimensions[1] == 3 ? 3 : 1;
        var shape = new Shape(channels, kernels.Dimensions[2], kernels.Dimensions[3]);
        double most = kernels.Values.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        byte[] levels = Array.ConvertAll(kernels.Values, w => (byte)Math.Round(MidGrey + (float.IsFinite(w) && most > 0 ? MidGrey * w / most : 0)));
        return new(shape, [.. levels.Chunk(shape.Count)]);
    }
}
