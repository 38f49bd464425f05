using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Applies one of fourteen operations at a random magnitude (Müller and Hutter 2021); operations and the 31 magnitudes of each are
/// torchvision's.
/// </summary>
public sealed record TrivialAugmentWide : RandomTransform
{
    private const int LastBin = 30;

    private static readonly ImageOp[] Ops =
    [
        ImageOp.Identity, ImageOp.ShearX, ImageOp.ShearY, ImageOp.TranslateX, ImageOp.TranslateY, ImageOp.Rotate, ImageOp.Brightness,
        ImageOp.Color, ImageOp.Contrast, ImageOp.Sharpness, ImageOp.Posterize, ImageOp.Solarize, ImageOp.AutoContrast, ImageOp.Equalize,
    ];

    /// <inheritdoc/>
    internal override ulong Stream => 5;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values => [];

    /// <inheritdoc/>
    internal override void Check()
    {
        // There is nothing to choose.
    }

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        var (op, value) = Draw(ref random);
        ImageOps.Apply(image, op, value, []);
    }

    /// <summary>Draws an operation and its value.</summary>
    internal static (ImageOp Op, double Value) Draw(ref SplitMix64 random)
    {
        var op = Ops[random.Below(Ops.Length)];
        int bin = random.Below(LastBin + 1);
        double sign = random.NextSingle() < 0.5f ? -1 : 1;
        return (op, ValueOf(op, bin, sign));
    }

    /// <summary>Computes the value of an operation for one of the magnitudes 0 to 30.</summary>
    internal static double ValueOf(ImageOp op, int bin, double sign)
    {
        double part = (double)bin / LastBin;
        const double MaxFactor = 0.99, MaxPixels = 32, MaxDegrees = 135, MaxBits = 6;
        return op switch
        {
            ImageOp.ShearX or ImageOp.ShearY => sign * part * MaxFactor,
            ImageOp.TranslateX or ImageOp.TranslateY => sign * (int)(part * MaxPixels),
            ImageOp.Rotate => sign * part * MaxDegrees,
            ImageOp.Brightness or ImageOp.Color or ImageOp.Contrast or ImageOp.Sharpness => 1 + sign * part * MaxFactor,
            ImageOp.Posterize => PointOps.Bits - (int)Math.Round(part * MaxBits, MidpointRounding.ToEven),
            ImageOp.Solarize => 255 * (1 - part),
            _ => 0,
        };
    }
}
