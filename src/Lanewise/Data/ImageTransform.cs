namespace Lanewise;

/// <summary>How an image is fitted to the network's input, as timm's <c>crop_mode</c>.</summary>
public enum CropMode
{
    /// <summary>The image is resized to just cover the size before the crop, and its center is cropped.</summary>
    Center,

    /// <summary>The image is resized to fit inside the input, and the channels' means fill the rest.</summary>
    Border,

    /// <summary>The image is resized to the input without keeping its aspect ratio.</summary>
    Squash,
}

/// <summary>How pixels are interpolated when an image is resized, as timm's <c>interpolation</c>; both are antialiased.</summary>
public enum Interpolation
{
    /// <summary>By a triangle filter.</summary>
    Bilinear,

    /// <summary>By the cubic filter of Keys 1981 with a = −0.5, as Pillow's and torchvision's for images.</summary>
    Bicubic,
}

/// <summary>The order in which the colours of an image enter the network.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red, as networks of Caffe and CNTK take them.</summary>
    Bgr,
}

/// <summary>
/// The one way from a decoded image to a network's input, the same in training, evaluation and prediction, and stored in full with the
/// weights: ink is framed (<see cref="Ink"/>), the image is resized and cropped (<see cref="CropMode"/>, <see cref="CropPct"/>), and
/// each channel is normalized as <c>(pixel / 255 − Mean) / Std</c> into the network's <see cref="ChannelOrder"/>; up to then images are
/// red, green, blue. A grey image is repeated for three channels, a colour image becomes luma for one. Variants are made with <c>with</c>.
/// </summary>
public sealed record ImageTransform
{
    /// <summary>The minimum of <see cref="CropPct"/>.</summary>
    public const float MinCropPct = 0.1f;

    /// <summary>Creates a transform.</summary>
    /// <param name="input">(C, H, W) of the network's input.</param>
    /// <param name="mean">The mean of each channel, with pixels scaled to 0 to 1.</param>
    /// <param name="std">The standard deviation of each channel, with pixels scaled to 0 to 1.</param>
    /// <exception cref="InvalidOptionException">A mean is not finite, or a standard deviation is not positive and finite.</exception>
    public ImageTransform(Shape input, IReadOnlyList<float> mean, IReadOnlyList<float> std) => (Input, Mean, Std) = (input, mean, std);

    /// <summary>Creates a transform from numbers without the suffix of a float.</summary>
    /// <inheritdoc cref="ImageTransform(Shape, IReadOnlyList{float}, IReadOnlyList{float})"/>
    public ImageTransform(Shape input, IReadOnlyList<double> mean, IReadOnlyList<double> std)
        : this(input, [.. mean.Select(value => (float)value)], (IReadOnlyList<float>)[.. std.Select(value => (float)value)])
    {
    }

    /// <summary>The transform of MNIST: (1, 28, 28), mean 0.1307, standard deviation 0.3081, framed to the ink.</summary>
    public static ImageTransform Mnist { get; } = new(new Shape(1, 28, 28), [0.1307f], [0.3081f])
    {
        Ink = new InkFraming(28, 28),
    };

    /// <summary>The transform of CIFAR-10: (3, 32, 32), with the dataset's means and standard deviations.</summary>
    public static ImageTransform Cifar10 { get; } = new(new Shape(3, 32, 32), [0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>The transform of CIFAR-100: (3, 32, 32), with the dataset's means and standard deviations.</summary>
    public static ImageTransform Cifar100 { get; } = new(new Shape(3, 32, 32), [0.5071f, 0.4865f, 0.4409f], [0.2673f, 0.2564f, 0.2762f]);

    /// <summary>
    /// The transform of ImageNet: (3, 224, 224) from the center of an image whose shorter side is 256, ImageNet's means and standard
    /// deviations.
    /// </summary>
    public static ImageTransform ImageNet { get; } = new(new Shape(3, 224, 224), [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f])
    {
        CropPct = 0.875f,
    };

    /// <summary>(C, H, W) of the network's input.</summary>
    public Shape Input { get; init; }

    /// <summary>The mean of each of the network's channels, with pixels scaled to 0 to 1.</summary>
    /// <exception cref="InvalidOptionException">A value is not finite.</exception>
    public IReadOnlyList<float> Mean
    {
        get;
        init => field = Checked(nameof(Mean), value, float.IsFinite, "finite numbers such as 0.1307");
    }

    /// <summary>The standard deviation of each of the network's channels, with pixels scaled to 0 to 1.</summary>
    /// <exception cref="InvalidOptionException">A value is not positive and finite.</exception>
    public IReadOnlyList<float> Std
    {
        get;
        init => field = Checked(nameof(Std), value, std => float.IsFinite(std) && std > 0, "positive numbers such as 0.3081");
    }

    /// <summary>
    /// The fraction of the resized image's shorter side that the center crop keeps, as in timm, from <see cref="MinCropPct"/> to 1.
    /// Default: 1.
    /// </summary>
    /// <exception cref="InvalidOptionException">The value is out of range.</exception>
    public float CropPct
    {
        get;
        init => field = value is >= MinCropPct and <= 1
            ? value
            : throw new InvalidOptionException(
                FormattableString.Invariant($"crop pct {value}: it must be from {MinCropPct} to 1."), nameof(CropPct), value);
    } = 1;

    /// <summary>How the image is fitted to the input. Default: <see cref="CropMode.Center"/>.</summary>
    public CropMode CropMode { get; init; }

    /// <summary>How pixels are interpolated when the image is resized. Default: <see cref="Interpolation.Bilinear"/>.</summary>
    public Interpolation Interpolation { get; init; }

    /// <summary>
    /// The order of the network's channels, which is also that of <see cref="Mean"/> and <see cref="Std"/>. Default:
    /// <see cref="ChannelOrder.Rgb"/>.
    /// </summary>
    public ChannelOrder ChannelOrder { get; init; }

    /// <summary>How drawings are brought into the form of the training data; null (default) for photographs.</summary>
    public InkFraming? Ink { get; init; }

    /// <summary>How an image is decoded for this transform: its channels, and from which size on at a smaller scale.</summary>
    public DecodeOptions Decoding => Ink is null ? new(new ImageFitting(this).MinSide, isGrey: false) : new(minSide: null, isGrey: true);

    /// <summary>
    /// Adapts the transform to another input: means and standard deviations are averaged for one channel, repeated for three.
    /// </summary>
    /// <param name="input">(C, H, W) of the new input.</param>
    public ImageTransform For(Shape input) =>
        this with { Input = input, Mean = Adapt(Mean, input.Channels), Std = Adapt(Std, input.Channels) };

    /// <summary>
    /// Returns the default for images without a known transform: pixels scaled to −1 to 1 (mean 0.5, standard deviation 0.5).
    /// </summary>
    /// <param name="input">(C, H, W) of the network's input.</param>
    public static ImageTransform Default(Shape input) => new(input, Repeat(0.5f, input.Channels), Repeat(0.5f, input.Channels));

    /// <summary>Frames, resizes and crops an image to the input.</summary>
    /// <param name="image">An image of any size with one or three channels.</param>
    /// <returns>The image in the input's shape, as <see cref="Normalize"/> takes it, and what was done to it.</returns>
    /// <exception cref="ShapeException">The input has neither one nor three channels.</exception>
    public PreparedImage Apply(DecodedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Check();
        CheckChannels();
        byte[] pixels = new byte[Input.Count];
        var steps = new ImageSteps();
        bool inverted = new ImageFitting(this).Apply(image, pixels, steps);
        string notice = string.Join("; ", new[] { image.Notice, steps.Notice }.OfType<string>());
        return new PreparedImage(pixels, Input, inverted, steps.ToString()) { Notice = notice.Length > 0 ? notice : null };
    }

    /// <summary>Normalizes C×H×W bytes to C×H×W floats in the network's <see cref="ChannelOrder"/>.</summary>
    /// <param name="pixels">The image's bytes, as many as <see cref="Input"/> has values; colours are red, green, blue.</param>
    /// <param name="destination">Receives as many floats.</param>
    public void Normalize(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        int plane = Input.Pixels;
        for (int c = 0; c < Input.Channels; c++)
        {
            var from = pixels.Slice(SourceChannel(c) * plane, plane);
            var to = destination.Slice(c * plane, plane);
            for (int i = 0; i < plane; i++)
            {
                to[i] = NormalizeLevel(from[i], c);
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(ImageTransform? other) => other is not null && Input == other.Input && CropPct == other.CropPct
        && CropMode == other.CropMode && Interpolation == other.Interpolation && ChannelOrder == other.ChannelOrder && Ink == other.Ink
        && Mean.SequenceEqual(other.Mean) && Std.SequenceEqual(other.Std);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Input, CropPct, CropMode, Interpolation, ChannelOrder, Ink, Mean[0], Std[0]);

    /// <summary>
    /// Returns the transform for another channel order, with means and standard deviations that stay with their colours.
    /// </summary>
    internal ImageTransform In(ChannelOrder order) => order == ChannelOrder
        ? this
        : this with { ChannelOrder = order, Mean = [.. Mean.Reverse()], Std = [.. Std.Reverse()] };

    /// <summary>
    /// Returns which channel of an image, red, green or blue, the network's channel <paramref name="channel"/> is; images and networks
    /// number their channels in opposite orders or in the same, so it works in both directions.
    /// </summary>
    internal int SourceChannel(int channel) => ChannelOrder == ChannelOrder.Bgr ? Input.Channels - 1 - channel : channel;

    /// <summary>Returns the share of the area of an image of a given size that the crop hides in evaluation, 0 to 1.</summary>
    /// <param name="width">The width of the image.</param>
    /// <param name="height">The height of the image.</param>
    internal double HiddenShare(int width, int height) => new ImageFitting(this).HiddenShare(width, height);

    /// <summary>Normalizes a byte of the network's channel <paramref name="channel"/>.</summary>
    internal float NormalizeLevel(byte pixel, int channel) => (pixel / 255f - Mean[channel]) / Std[channel];

    /// <summary>Returns the length of a side before the crop, rounded down as in timm: 256 for 224 at 0.875.</summary>
    internal int BeforeCrop(int side) => Math.Max(side, (int)(side / (double)CropPct + 1e-4));

    /// <summary>Throws unless there is a mean and a standard deviation for each channel.</summary>
    /// <exception cref="InvalidOptionException">Their number is not that of the channels.</exception>
    internal void Check()
    {
        if (Mean.Count != Input.Channels || Std.Count != Input.Channels)
        {
            throw new InvalidOptionException(
                $"transform for {Input}: {Mean.Count} means and {Std.Count} standard deviations; one for each channel is needed.",
                Mean.Count != Input.Channels ? nameof(Mean) : nameof(Std));
        }
    }

    /// <summary>Throws unless the input has one or three channels.</summary>
    internal void CheckChannels()
    {
        if (Input.Channels is not (1 or 3))
        {
            throw new ShapeException($"An image has 1 or 3 channels, the network's input is {Input}; choose a model for images.");
        }
    }

    private static IReadOnlyList<float> Checked(string option, IReadOnlyList<float> values, Func<float, bool> isValid, string expected)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (float value in values)
        {
            if (!isValid(value))
            {
                throw new InvalidOptionException(
                    FormattableString.Invariant($"{option.ToLowerInvariant()} {value}: expected {expected}."), option, value);
            }
        }

        return values;
    }

    private static IReadOnlyList<float> Adapt(IReadOnlyList<float> values, int channels) =>
        values.Count == channels ? values
        : channels == 1 ? [values.Average()]
        : Repeat(values.Average(), channels);

    private static float[] Repeat(float value, int count) => [.. Enumerable.Repeat(value, count)];
}
