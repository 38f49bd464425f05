namespace Lanewise;

/// <summary>
/// The preprocessing of images for a network: the shorter side is resized to the input's divided by <see cref="CropPct"/>, the center
/// is cropped to the input's size, and each channel is normalized as <c>(pixel / 255 − Mean) / Std</c>. A grey image is repeated for
/// three channels, a colour image becomes luma for one. It is stored with the weights.
/// </summary>
/// <param name="Input">(C, H, W) of the network's input.</param>
/// <param name="Mean">The mean of each channel, with pixels scaled to 0 to 1.</param>
/// <param name="Std">The standard deviation of each channel, with pixels scaled to 0 to 1.</param>
public sealed record ImageTransform(Shape Input, IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>The preprocessing of MNIST: (1, 28, 28), mean 0.1307, standard deviation 0.3081.</summary>
    public static ImageTransform Mnist { get; } = new(new Shape(1, 28, 28), [0.1307f], [0.3081f]);

    /// <summary>The preprocessing of CIFAR-10: (3, 32, 32), with the dataset's means and standard deviations.</summary>
    public static ImageTransform Cifar10 { get; } = new(new Shape(3, 32, 32), [0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>The preprocessing of CIFAR-100: (3, 32, 32), with the dataset's means and standard deviations.</summary>
    public static ImageTransform Cifar100 { get; } = new(new Shape(3, 32, 32), [0.5071f, 0.4865f, 0.4409f], [0.2673f, 0.2564f, 0.2762f]);

    /// <summary>
    /// The preprocessing of ImageNet: (3, 224, 224) from the center of an image whose shorter side is 256, ImageNet's means and
    /// standard deviations.
    /// </summary>
    public static ImageTransform ImageNet { get; } = new(new Shape(3, 224, 224), [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f])
    {
        CropPct = 0.875f,
    };

    /// <summary>The minimum of <see cref="CropPct"/>.</summary>
    public const float MinCropPct = 0.1f;

    /// <summary>
    /// The fraction of the resized image's shorter side that the center crop keeps, as in timm, from <see cref="MinCropPct"/> to 1.
    /// Default: 1.
    /// </summary>
    public float CropPct { get; init; } = 1;

    /// <summary>
    /// Adapts the preprocessing to another input: means and standard deviations are averaged for one channel, repeated for three.
    /// </summary>
    public ImageTransform For(Shape input) =>
        this with { Input = input, Mean = Adapt(Mean, input.Channels), Std = Adapt(Std, input.Channels) };

    /// <summary>Resizes and crops an image to the input.</summary>
    /// <param name="image">An image of any size with one or three channels.</param>
    /// <returns>C×H×W bytes, as <see cref="Normalize"/> takes them.</returns>
    /// <exception cref="ShapeException">The input has neither one nor three channels.</exception>
    public byte[] Fit(DecodedImage image)
    {
        CheckChannels();
        byte[] pixels = new byte[Input.Count];
        new ImageFitting(this).Apply(image, pixels);
        return pixels;
    }

    /// <summary>
    /// Returns the number of pixels that the shorter side of an image must keep if it is decoded at a smaller scale before
    /// <see cref="Fit"/>.
    /// </summary>
    public int MinSide() => new ImageFitting(this).MinSide;

    /// <summary>Normalizes C×H×W bytes to C×H×W floats.</summary>
    /// <param name="pixels">The image's bytes, <see cref="Shape.Count"/> of them.</param>
    /// <param name="destination">Receives as many floats.</param>
    public void Normalize(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        int plane = Input.Pixels;
        for (int c = 0; c < Input.Channels; c++)
        {
            var from = pixels.Slice(c * plane, plane);
            var to = destination.Slice(c * plane, plane);
            for (int i = 0; i < plane; i++)
            {
                to[i] = NormalizeLevel(from[i], c);
            }
        }
    }

    /// <summary>Normalizes a byte of channel <paramref name="channel"/>.</summary>
    internal float NormalizeLevel(byte pixel, int channel) => (pixel / 255f - Mean[channel]) / Std[channel];

    /// <summary>Returns the length of a side before the crop, rounded down as in timm: 256 for 224 at 0.875.</summary>
    internal int BeforeCrop(int side) => Math.Max(side, (int)(side / (double)CropPct + 1e-4));

    /// <summary>Throws unless the input has one or three channels.</summary>
    internal void CheckChannels()
    {
        if (Input.Channels is not (1 or 3))
        {
            throw new ShapeException($"An image has 1 or 3 channels, the network's input is {Input}; choose a model for images.");
        }
    }

    private static IReadOnlyList<float> Adapt(IReadOnlyList<float> values, int channels) =>
        values.Count == channels ? values
        : channels == 1 ? [values.Average()]
        : [.. Enumerable.Repeat(values.Average(), channels)];
}
