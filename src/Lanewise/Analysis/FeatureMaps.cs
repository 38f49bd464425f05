using Lanewise.Engine;

namespace Lanewise.Analysis;

/// <summary>The range of values that is mapped to grey levels.</summary>
public enum GreyRange
{
    /// <summary>The minimum to the maximum of all channels, so that channels are comparable.</summary>
    Common,

    /// <summary>Each channel's own minimum to maximum, so that weak channels are visible.</summary>
    Own,
}

/// <summary>Several small images of one shape.</summary>
/// <param name="Shape">(C, H, W) of each, with one channel (grey) or three (red, green, blue).</param>
/// <param name="Images">C×H×W bytes each.</param>
public sealed record ImageSheet(Shape Shape, IReadOnlyList<byte[]> Images);

/// <summary>The feature maps of a layer for an image.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Values">The layer's output, C×H×W.</param>
public sealed record FeatureMaps(Node Layer, float[] Values)
{
    private const double White = 255;

    /// <summary>Runs an image up to a layer, in evaluation mode.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="layer">One of the network's nodes, not the input.</param>
    /// <param name="source">The source of the image.</param>
    /// <param name="index">The index of the image.</param>
    /// <exception cref="NetworkException">The node is the input, or another network's.</exception>
    public static FeatureMaps Of(Network network, Weights weights, Node layer, ITensorSource source, int index)
    {
        var plan = Plan.Compile(network.UpTo(layer), new PlanOptions { BatchSize = 1, Threads = 1 });
        plan.SetWeights(weights.Of(plan.Network));
        plan.Infer(source, [index]);
        return new(layer, plan.Output.ToArray());
    }

    /// <summary>
    /// Converts the channels to grey images, black at the range's minimum, white at its maximum; black where it is empty or a value is
    /// NaN.
    /// </summary>
    /// <param name="range">The range.</param>
    public ImageSheet ToImages(GreyRange range)
    {
        var shape = Layer.Shape;
        var (min, max) = Range(Values);
        byte[][] images = [.. Values.Chunk(shape.Pixels).Select(channel =>
        {
            var (black, white) = range == GreyRange.Common ? (min, max) : Range(channel);
            return Array.ConvertAll(
                channel, v => float.IsFinite(v) && white > black ? (byte)Math.Round(White * (v - black) / (white - black)) : (byte)0);
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

    /// <summary>Returns the first convolution.</summary>
    /// <exception cref="NetworkException">The network has no convolution.</exception>
    public static Node FirstLayer(Network network) => network.Nodes.FirstOrDefault(n => n.Op is Conv2d)
        ?? throw new NetworkException($"{network.Name} has no convolution, so there are no filters to show.", network.Name);

    /// <summary>
    /// Converts the kernels to images: in colour for three input channels, otherwise one grey image per output and input channel. Zero is
    /// mid grey, 128; the largest magnitude of all kernels is black or white.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="order">The order of the network's input channels, from which colours are restored.</param>
    /// <exception cref="NetworkException">The network has no convolution.</exception>
    public static ImageSheet Of(Network network, Weights weights, ChannelOrder order = ChannelOrder.Rgb)
    {
        var kernels = weights[FirstLayer(network).Parameters[0].Name];
        int channels = kernels.Dimensions[1] == 3 ? 3 : 1;
        var shape = new Shape(channels, kernels.Dimensions[2], kernels.Dimensions[3]);
        double max = kernels.Values.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        byte[] levels = Array.ConvertAll(
            kernels.Values, w => (byte)Math.Round(MidGrey + (float.IsFinite(w) && max > 0 ? MidGrey * w / max : 0)));
        var images = levels.Chunk(shape.Count);
        return new(shape, [.. order == ChannelOrder.Rgb ? images : images.Select(image => Reversed(image, shape.Pixels))]);
    }

    /// <summary>Returns an image with its channels in reverse order.</summary>
    private static byte[] Reversed(byte[] image, int plane) => [.. image.Chunk(plane).Reverse().SelectMany(channel => channel)];
}
