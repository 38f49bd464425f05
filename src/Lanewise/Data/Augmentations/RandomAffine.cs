using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Rotates, moves, scales and shears an image about its center, with bilinear interpolation; what lies outside the image is black. A
/// translation need not be whole pixels.
/// </summary>
public sealed record RandomAffine : RandomTransform
{
    /// <summary>The limit of <see cref="Shear"/>, in degrees: at 90 an image would be a line.</summary>
    internal const double MaxShear = 90;

    /// <summary>Creates the transform.</summary>
    /// <param name="degrees">The maximum rotation in either direction, in degrees, 0 to 180.</param>
    public RandomAffine(double degrees) => Degrees = degrees;

    /// <summary>The maximum rotation in either direction, in degrees, 0 to 180.</summary>
    public double Degrees { get; init; }

    /// <summary>The maximum translation in each direction, as a fraction of width and height, 0 to 1. Default: 0.</summary>
    public double Translate { get; init; }

    /// <summary>The factor of the size, above 0. Default: 1 to 1.</summary>
    public (double Min, double Max) Scale { get; init; } = (1, 1);

    /// <summary>The maximum horizontal shear in either direction, in degrees, below 90. Default: 0.</summary>
    public double Shear { get; init; }

    /// <inheritdoc/>
    internal override ulong Stream => 2;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values =>
    [
        ("degrees", AugmentationText.Of(Degrees)), ("translate", AugmentationText.Of(Translate)), ("scale", AugmentationText.Of(Scale)),
        ("shear", AugmentationText.Of(Shear)),
    ];

    /// <inheritdoc/>
    internal override void Check()
    {
        Require(Degrees is >= 0 and <= 180, nameof(Degrees), Degrees, "a number from 0 to 180");
        Require(Translate is >= 0 and <= 1, nameof(Translate), Translate, "a number from 0 to 1");
        RequireRange(Scale, nameof(Scale));
        Require(Shear is >= 0 and < MaxShear, nameof(Shear), Shear, $"a number from 0, below {MaxShear}");
    }

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        double angle = Degrees * Signed(ref random);
        double right = Translate * image.Width * Signed(ref random), down = Translate * image.Height * Signed(ref random);
        double scale = Scale.Min + (Scale.Max - Scale.Min) * random.NextSingle();
        double shear = Shear * Signed(ref random);
        AffineOp.Apply(image, AffineMatrix.About(image.Width / 2.0, image.Height / 2.0, angle, right, down, scale, shear, 0), []);
    }

    private static float Signed(ref SplitMix64 random) => 2 * random.NextSingle() - 1;
}
