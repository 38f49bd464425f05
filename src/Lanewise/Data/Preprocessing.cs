using Lanewise.Data.Transforms;
using Lanewise.Graphs;

namespace Lanewise.Data;

/// <summary>
/// How an image becomes the network's input: resized, its shorter side to the input's divided by <see cref="CropPct"/>;
/// cropped to the input's size in the middle; then <c>(pixel / 255 − Mean) / Std</c> for each channel. A grey image is
/// repeated for three channels, a coloured one becomes luma for one. It travels with the weights.
/// </summary>
/// <param name="Input">The network's input shape.</param>
/// <param name="Mean">One mean a channel, in units of the full pixel range.</param>
/// <param name="Std">One standard deviation a channel, in the same units.</param>
public sealed record Preprocessing(Shape Input, IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>MNIST's: 1×28×28, mean 0.1307, standard deviation 0.3081.</summary>
    public static Preprocessing Mnist { get; } = new(new Shape(1, 28, 28), [0.1307f], [0.3081f]);

    /// <summary>CIFAR-10's: 3×32×32, its own means and standard deviations.</summary>
    public static Preprocessing Cifar10 { get; } = new(new Shape(3, 32, 32), [0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>CIFAR-100's: 3×32×32, its own means and standard deviations.</summary>
    public static Preprocessing Cifar100 { get; } = new(new Shape(3, 32, 32), [0.5071f, 0.4865f, 0.4409f], [0.2673f, 0.2564f, 0.2762f]);

    /// <summary>ImageNet's: 3×224×224 from the middle of an image whose shorter side is 256, ImageNet's means and standard deviations.</summary>
    public static Preprocessing ImageNet { get; } = new(new Shape(3, 224, 224), [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]) { CropPct = 0.875f };

    /// <summary>The least <see cref="CropPct"/>.</summary>
    public const float MinCropPct = 0.1f;

    /// <summary>The share of the resized image's shorter side that the crop keeps, from <see cref="MinCropPct"/> to 1; 1 to crop no more than the proportions ask for.</summary>
    public float CropPct { get; init; } = 1;

    /// <summary>The same means and standard deviations for another input: averaged for one channel, repeated for three.</summary>
    public Preprocessing For(Shape input) => this with { Input = input, Mean = Adapt(Mean, input.Channels), Std = Adapt(Std, input.Channels) };

    /// <summary>Fits an image into the input.</summary>
    /// <param name="image">One or three channels, any size.</param>
    /// <returns>C×H×W bytes, as <see cref="Normalize"/> takes them.</returns>
    /// <exception cref="LanewiseException">The input has neither one nor three channels.</exception>
    public byte[] Fit(DecodedImage image)
    {
        CheckChannels();
        byte[] pixels = new byte[Input.Count];
        new ImageTransform(this).Apply(image, pixels);
        return pixels;
    }

    /// <summary>An image whose shorter side has more pixels than this may be decoded at a smaller scale, down to it, before <see cref="Fit"/>.</summary>
    public int MinSide() => new ImageTransform(this).MinSide;

    /// <summary>Normalises C×H×W bytes into C×H×W floats.</summary>
    /// <param name="pixels">The image's bytes, <see cref="Shape.Count"/> of them.</param>
    /// <param name="destination">Is written: as many floats.</param>
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

    /// <summary>The input's value for a byte of channel <paramref name="channel"/>.</summary>
    internal float NormalizeLevel(byte pixel, int channel) => (pixel / 255f - Mean[channel]) / Std[channel];

    /// <summary>What a side of the input is before the crop, rounded down as timm does; 224 at 0.875 is 256.</summary>
    internal int BeforeCrop(int side) => Math.Max(side, (int)(side / (double)CropPct + 1e-4));

    /// <summary>Refuses an input that no image fits.</summary>
    internal void CheckChannels()
    {
        if (Input.Channels is not (1 or 3))
        {
            throw new LanewiseException($"An image has 1 or 3 channels, the network's input {Input}; choose a model for images.");
        }
    }

    private static IReadOnlyList<float> Adapt(IReadOnlyList<float> values, int channels) =>
        values.Count == channels ? values
        : channels == 1 ? [values.Average()]
        : [.. Enumerable.Repeat(values.Average(), channels)];
}
