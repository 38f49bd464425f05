using Lanewise.Kernels;

namespace Lanewise;

/// <summary>What <see cref="RandomErasing"/> puts in place of the image, as timm's <c>remode</c>.</summary>
public enum ErasingMode
{
    /// <summary>The mean of each channel, which is 0 after normalization.</summary>
    Const,

    /// <summary>One random colour, each channel normal with the channel's mean and standard deviation.</summary>
    Rand,

    /// <summary>A random colour for each pixel.</summary>
    Pixel,
}

/// <summary>
/// Erases a random rectangle of an image (Zhong et al. 2017), as timm: after ten that do not fit, none. The means and standard deviations
/// are those of the <see cref="ImageTransform"/>.
/// </summary>
public sealed record RandomErasing : RandomTransform
{
    private const int Attempts = 10;

    /// <summary>Creates the transform.</summary>
    /// <param name="p">The probability, 0 to 1.</param>
    public RandomErasing(double p = 0.25) => P = p;

    /// <summary>The probability, 0 to 1. Default: 0.25.</summary>
    public double P { get; init; }

    /// <summary>The area as a fraction of the image, above 0 and at most 1. Default: 0.02 to 1/3.</summary>
    public (double Min, double Max) Scale { get; init; } = (0.02, 1.0 / 3);

    /// <summary>The aspect ratio, height / width, above 0. Default: 0.3 to 10/3.</summary>
    public (double Min, double Max) Ratio { get; init; } = (0.3, 1 / 0.3);

    /// <summary>What is put in place of the image. Default: <see cref="ErasingMode.Const"/>.</summary>
    public ErasingMode Mode { get; init; }

    /// <inheritdoc/>
    internal override ulong Stream => 6;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values =>
    [
        ("p", AugmentationText.Of(P)), ("scale", AugmentationText.Of(Scale)), ("ratio", AugmentationText.Of(Ratio)),
        ("mode", Mode switch { ErasingMode.Rand => "rand", ErasingMode.Pixel => "pixel", _ => "const" }),
    ];

    /// <inheritdoc/>
    internal override void Check()
    {
        RequireProbability(P);
        RequireRange(Scale, nameof(Scale), max: 1);
        RequireRange(Ratio, nameof(Ratio));
        Require(Mode is >= ErasingMode.Const and <= ErasingMode.Pixel, nameof(Mode), Mode, "const, rand or pixel");
    }

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        if (random.NextSingle() < (float)P && Choose(image.Width, image.Height, ref random) is { } box)
        {
            Erase(image, box, ref random);
        }
    }

    /// <summary>Chooses a rectangle; null if none of ten fits.</summary>
    internal Box? Choose(int imageWidth, int imageHeight, ref SplitMix64 random)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = (Scale.Min + (Scale.Max - Scale.Min) * random.NextSingle()) * imageWidth * imageHeight;
            double low = FixedMath.Log(Ratio.Min), ratio = FixedMath.Exp(low + (FixedMath.Log(Ratio.Max) - low) * random.NextSingle());
            int height = (int)Math.Round(Math.Sqrt(area * ratio)), width = (int)Math.Round(Math.Sqrt(area / ratio));
            if (width < imageWidth && height < imageHeight)
            {
                return new Box(random.Below(imageWidth - width + 1), random.Below(imageHeight - height + 1), width, height);
            }
        }

        return null;
    }

    private void Erase(in AugmentedImage image, Box box, ref SplitMix64 random)
    {
        for (int c = 0; c < image.Channels; c++)
        {
            byte level = image.Level(c, Mode == ErasingMode.Rand ? random.NextNormal() : 0);
            for (int y = box.Y; y < box.Y + box.Height; y++)
            {
                foreach (ref byte value in image.Row(c, y).Slice(box.X, box.Width))
                {
                    value = Mode == ErasingMode.Pixel ? image.Level(c, random.NextNormal()) : level;
                }
            }
        }
    }
}
