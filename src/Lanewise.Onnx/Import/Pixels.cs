using Lanewise.Files;

namespace Lanewise.Onnx.Import;

/// <summary>
/// Follows what happens to the image before the first layer, such as <c>(x − mean) / std</c>, cast from bytes, or a change of the channels'
/// order, so that it becomes the preprocessing of the network instead of layers.
/// </summary>
/// <param name="input">The graph's input.</param>
/// <param name="addLayer">Adds a layer with its parameters.</param>
/// <param name="card">The model card of a file of our own, which says what the preprocessing is; null for others.</param>
internal sealed class Pixels(
    ImportInput input, Func<SymbolicTensor, Op, IReadOnlyList<float[]>?, SymbolicTensor> addLayer, ModelCard? card)
{
    // With a card it is known before: the normalization of pixels, or nothing. All else is part of the network.
    private IReadOnlyList<PixelChannel>? _entered = card is null ? null
        : input.IsBytes && card.Transform is { } transform ? [.. Normalized(transform)]
        : [.. Unchanged(input)];

    /// <summary>Gets or sets the network's input.</summary>
    public SymbolicTensor Image { get; set; } = null!;

    /// <summary>Gets whether the network takes images: one or three channels, rows and columns.</summary>
    public bool IsImage => input is { Layout.Rank: 4, Shape.Channels: 1 or 3 };

    /// <summary>Returns the network's input: all channels as they are.</summary>
    public Value Whole() => IsImage
        ? new PixelsValue([.. Unchanged(input)], input.Layout)
        : new ActivationValue(Image, input.Layout);

    /// <summary>Makes channels the input of a layer. The first time, what was done to them becomes the preprocessing.</summary>
    /// <exception cref="NotSupportedException">They are some of the channels, or in an order that is neither RGB nor BGR.</exception>
    public ActivationValue Enter(PixelsValue pixels)
    {
        CheckOrder(pixels.Channels, input.Shape.Channels);
        _entered ??= pixels.Channels.All(channel => channel.Scale > 0) ? pixels.Channels : [.. Unchanged(input)];
        return new(Relative(pixels.Channels), pixels.Layout);
    }

    /// <summary>Makes channels the output of the network: what was done to them becomes layers.</summary>
    public ActivationValue AsLayers(PixelsValue pixels)
    {
        _entered ??= [.. Unchanged(input)];
        return Enter(pixels);
    }

    /// <summary>Returns how images are prepared, as far as the file says it; null where it does not.</summary>
    public ImageTransform? ToTransform()
    {
        if (_entered is not { } channels || !IsImage || (!input.IsBytes && channels.SequenceEqual(Unchanged(input))))
        {
            return null;
        }

        return Range() switch
        {
            PixelRange.Normalized => Normalized(channels),
            var range => Transform(channels, range == PixelRange.Bytes ? 255 : 1, [0, 0, 0], [1, 1, 1]),
        };
    }

    private static IEnumerable<PixelChannel> Unchanged(ImportInput input) =>
        Enumerable.Range(0, input.Shape.Channels).Select(c => new PixelChannel(c, 1, 0));

    private static IEnumerable<PixelChannel> Normalized(ImageTransform transform)
    {
        float[] scales = PixelNormalization.Scales(transform), offsets = PixelNormalization.Offsets(transform);
        bool isBgr = transform.ChannelOrder == ChannelOrder.Bgr;
        return scales.Select((scale, c) => new PixelChannel(isBgr ? scales.Length - 1 - c : c, scale, offsets[c]));
    }

    /// <summary>Infers the range of the input from what the graph does to it.</summary>
    private PixelRange Range()
    {
        // Normalized values spread over some units around 0; from pixels of 0 to 1 or of 0 to 255 that takes factors of their own.
        const double MaxOfBytes = 0.1, MinOfUnits = 0.5, MaxShift = 1.5;
        var channel = _entered![0];
        return input.IsBytes || channel.Scale < MaxOfBytes || Math.Abs(channel.Offset / channel.Scale) > MaxShift ? PixelRange.Bytes
            : channel.Scale < MinOfUnits || channel is { Scale: 1, Offset: 0 } ? PixelRange.Normalized
            : PixelRange.Units;
    }

    /// <summary>Composes ImageNet's normalization with one that expects it, such as torchvision's transform_input.</summary>
    private ImageTransform Normalized(IReadOnlyList<PixelChannel> channels)
    {
        var imageNet = ImageTransform.ImageNet.For(input.Shape);
        return Transform(channels, 1, imageNet.Mean, imageNet.Std);
    }

    /// <summary>Returns (x − mean) / std that equals scale · (range · x − first mean) / first std + offset.</summary>
    private ImageTransform Transform(
        IReadOnlyList<PixelChannel> channels, double range, IReadOnlyList<float> firstMean, IReadOnlyList<float> firstStd) => new(
        input.Shape,
        [.. channels.Select(c => (float)((firstMean[c.Source] - c.Offset * firstStd[c.Source] / c.Scale) / range))],
        (IReadOnlyList<float>)[.. channels.Select(c => (float)(firstStd[c.Source] / c.Scale / range))])
        {
            ChannelOrder = channels is [{ Source: 2 }, _, _] ? ChannelOrder.Bgr : ChannelOrder.Rgb,
        };

    private static void CheckOrder(IReadOnlyList<PixelChannel> channels, int count)
    {
        int[] order = [.. channels.Select(channel => channel.Source)];
        bool isRgb = order.SequenceEqual(Enumerable.Range(0, count)), isBgr = order is [2, 1, 0];
        if (!isRgb && !isBgr)
        {
            throw new NotSupportedException(
                $"it takes the channels {string.Join(", ", order)} of the image; all of them are expected, in the order RGB or BGR");
        }
    }

    /// <summary>Adds what the channels differ in from those that entered first.</summary>
    private SymbolicTensor Relative(IReadOnlyList<PixelChannel> channels)
    {
        var entered = _entered!;
        if (channels.Zip(entered).Any(pair => pair.First.Source != pair.Second.Source))
        {
            throw new NotSupportedException("the channels of the image are used in two orders");
        }

        double[] scales = [.. channels.Zip(entered, (c, e) => c.Scale / e.Scale)];
        double[] offsets = [.. channels.Zip(entered, (c, e) => c.Offset - c.Scale / e.Scale * e.Offset)];
        return channels.SequenceEqual(entered) ? Image
            : scales.Distinct().Count() == 1 && offsets.Distinct().Count() == 1
            ? addLayer(Image, new Rescaling((float)scales[0], (float)offsets[0]), null)
            : addLayer(Image, new ChannelAffine(Bias: true), [ToFloats(scales), ToFloats(offsets)]);
    }

    private static float[] ToFloats(double[] values) => Array.ConvertAll(values, value => (float)value);
}

/// <summary>What the values of an image are before a graph normalizes them.</summary>
internal enum PixelRange
{
    /// <summary>0 to 1.</summary>
    Units,

    /// <summary>0 to 255.</summary>
    Bytes,

    /// <summary>Normalized with ImageNet's means and standard deviations.</summary>
    Normalized,
}
