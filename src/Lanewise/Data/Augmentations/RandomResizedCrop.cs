using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Takes a crop of random area and aspect ratio and resizes it to the network's input (Szegedy et al. 2014, §6). After ten crops that do
/// not fit, it is the largest central one of an allowed ratio.
/// </summary>
public sealed record RandomResizedCrop : RandomTransform
{
    private const int Attempts = 10;

    /// <summary>
    /// The area of the crop as a fraction of the image, above 0 and at most 1. Default: 0.08 to 1.
    /// </summary>
    public (double Min, double Max) Scale { get; init; } = (0.08, 1);

    /// <summary>The aspect ratio of the crop, width / height, above 0. Default: 3/4 to 4/3.</summary>
    public (double Min, double Max) Ratio { get; init; } = (3.0 / 4, 4.0 / 3);

    /// <inheritdoc/>
    internal override ulong Stream => 0;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values =>
        [("scale", AugmentationText.Of(Scale)), ("ratio", AugmentationText.Of(Ratio))];

    /// <inheritdoc/>
    internal override void Check()
    {
        RequireRange(Scale, nameof(Scale), max: 1);
        RequireRange(Ratio, nameof(Ratio));
    }

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        var whole = new DecodedImage(image.Channels, image.Width, image.Height, image.Pixels.ToArray());
        whole.Resize(Choose(image.Width, image.Height, ref random), image.Width, image.Height, image.Interpolation)
            .Pixels.CopyTo(image.Pixels);
    }

    /// <summary>Chooses a box in an image.</summary>
    internal Box Choose(int imageWidth, int imageHeight, ref SplitMix64 random)
    {
        double area = (double)imageWidth * imageHeight;
        // In the usual case of inverse ratios the middle is exactly 0.
        double middle = 1 / Ratio.Max == Ratio.Min ? 0 : (FixedMath.Log(Ratio.Max) + FixedMath.Log(Ratio.Min)) / 2;
        double half = FixedMath.Log(Ratio.Max) - middle;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * (Scale.Min + (Scale.Max - Scale.Min) * random.NextSingle());
            double ratio = FixedMath.Exp(middle + half * (2 * random.NextSingle() - 1));
            int width = (int)Math.Round(Math.Sqrt(part * ratio)), height = (int)Math.Round(Math.Sqrt(part / ratio));
            if (width > 0 && width <= imageWidth && height > 0 && height <= imageHeight)
            {
                return new Box(random.Below(imageWidth - width + 1), random.Below(imageHeight - height + 1), width, height);
            }
        }

        double own = Math.Clamp((double)imageWidth / imageHeight, Ratio.Min, Ratio.Max);
        int boxWidth = Math.Min(imageWidth, Math.Max(1, (int)Math.Round(imageHeight * own)));
        int boxHeight = Math.Min(imageHeight, Math.Max(1, (int)Math.Round(imageWidth / own)));
        return new Box((imageWidth - boxWidth) / 2, (imageHeight - boxHeight) / 2, boxWidth, boxHeight);
    }
}
