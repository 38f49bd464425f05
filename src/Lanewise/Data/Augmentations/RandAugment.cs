using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Applies some of fifteen operations, each chosen at random, at one magnitude (Cubuk et al. 2019). Operations and magnitudes are timm's:
/// each chosen one takes place with probability <see cref="P"/>, its magnitude is normal about <see cref="Magnitude"/>, from 0 to 10.
/// </summary>
public sealed record RandAugment : RandomTransform
{
    /// <summary>The highest magnitude.</summary>
    internal const double MaxMagnitude = 10;

    /// <summary>The maximum of <see cref="NumOps"/>.</summary>
    internal const int MaxOps = 100;

    private static readonly ImageOp[] Ops =
    [
        ImageOp.AutoContrast, ImageOp.Equalize, ImageOp.Invert, ImageOp.Rotate, ImageOp.Posterize, ImageOp.Solarize, ImageOp.SolarizeAdd,
        ImageOp.Color, ImageOp.Contrast, ImageOp.Brightness, ImageOp.Sharpness, ImageOp.ShearX, ImageOp.ShearY, ImageOp.TranslateX,
        ImageOp.TranslateY,
    ];

    /// <summary>The number of operations for each image, from 1. Default: 2.</summary>
    public int NumOps { get; init; } = 2;

    /// <summary>The magnitude, 0 to 10. Default: 9.</summary>
    public double Magnitude { get; init; } = 9;

    /// <summary>The standard deviation of the magnitude, 0 to 10. Default: 0.5.</summary>
    public double MagnitudeStd { get; init; } = 0.5;

    /// <summary>
    /// Whether all operations become stronger with the magnitude; otherwise posterize and solarize become weaker, and colour, contrast,
    /// brightness and sharpness go from 0.1 to 1.9. Default: false.
    /// </summary>
    public bool Increasing { get; init; }

    /// <summary>The probability of each chosen operation, 0 to 1. Default: 0.5.</summary>
    public double P { get; init; } = 0.5;

    /// <inheritdoc/>
    internal override ulong Stream => 4;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values =>
    [
        ("num_ops", AugmentationText.Of(NumOps)), ("magnitude", AugmentationText.Of(Magnitude)),
        ("magnitude_std", AugmentationText.Of(MagnitudeStd)), ("increasing", AugmentationText.Of(Increasing ? 1 : 0)),
        ("p", AugmentationText.Of(P)),
    ];

    /// <inheritdoc/>
    internal override void Check()
    {
        Require(NumOps is >= 1 and <= MaxOps, nameof(NumOps), NumOps, $"a whole number from 1 to {MaxOps}");
        Require(Magnitude is >= 0 and <= MaxMagnitude, nameof(Magnitude), Magnitude, $"a number from 0 to {MaxMagnitude}");
        Require(MagnitudeStd is >= 0 and <= MaxMagnitude, nameof(MagnitudeStd), MagnitudeStd, $"a number from 0 to {MaxMagnitude}");
        RequireProbability(P);
    }

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        Span<byte> fill = stackalloc byte[image.Channels];
        for (int c = 0; c < fill.Length; c++)
        {
            fill[c] = image.Level(c);
        }

        for (int i = 0; i < NumOps; i++)
        {
            var (op, value) = Draw(image.Width, image.Height, ref random);
            ImageOps.Apply(image, op, value, fill);
        }
    }

    /// <summary>Draws an operation and its value; the operation is none where it does not take place.</summary>
    internal (ImageOp Op, double Value) Draw(int width, int height, ref SplitMix64 random)
    {
        var op = Ops[random.Below(Ops.Length)];
        bool takesPlace = random.NextSingle() < (float)P;
        double magnitude = Math.Clamp(Magnitude + MagnitudeStd * random.NextNormal(), 0, MaxMagnitude);
        double sign = random.NextSingle() < 0.5f ? -1 : 1;
        return takesPlace ? (op, ValueOf(op, magnitude / MaxMagnitude, sign, width, height)) : (ImageOp.Identity, 0);
    }

    /// <summary>Computes the value of an operation at a part of the highest magnitude.</summary>
    internal double ValueOf(ImageOp op, double part, double sign, int width, int height)
    {
        const int PosterizedBits = 4, Threshold = 256, MaxAdd = 128;
        const double MaxDegrees = 30, MaxShear = 0.3, MaxTranslation = 0.45, Weakest = 0.1;
        return op switch
        {
            ImageOp.Rotate => sign * part * MaxDegrees,
            ImageOp.Posterize => Increasing ? PosterizedBits - (int)(part * PosterizedBits) : (int)(part * PosterizedBits),
            ImageOp.Solarize => Increasing ? Threshold - (int)(part * Threshold) : (int)(part * Threshold),
            ImageOp.SolarizeAdd => Math.Min(MaxAdd, (int)(part * 110)),
            ImageOp.Color or ImageOp.Contrast or ImageOp.Brightness or ImageOp.Sharpness =>
                Increasing ? Math.Max(Weakest, 1 + sign * part * 0.9) : part * 1.8 + Weakest,
            ImageOp.ShearX or ImageOp.ShearY => sign * part * MaxShear,
            ImageOp.TranslateX => sign * part * MaxTranslation * width,
            ImageOp.TranslateY => sign * part * MaxTranslation * height,
            _ => 0,
        };
    }
}
