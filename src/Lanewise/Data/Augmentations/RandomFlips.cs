using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Mirrors an image left to right.</summary>
public sealed record RandomHorizontalFlip : RandomTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="p">The probability, 0 to 1.</param>
    public RandomHorizontalFlip(double p = 0.5) => P = p;

    /// <summary>The probability, 0 to 1. Default: 0.5.</summary>
    public double P { get; init; }

    /// <inheritdoc/>
    internal override ulong Stream => 0;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values => [("p", AugmentationText.Of(P))];

    /// <inheritdoc/>
    internal override void Check() => RequireProbability(P);

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        if (random.NextSingle() < (float)P)
        {
            Flip(image);
        }
    }

    /// <summary>Mirrors an image.</summary>
    internal static void Flip(in AugmentedImage image)
    {
        for (int row = 0; row < image.Channels * image.Height; row++)
        {
            image.Row(0, row).Reverse();
        }
    }
}

/// <summary>Mirrors an image top to bottom.</summary>
public sealed record RandomVerticalFlip : RandomTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="p">The probability, 0 to 1.</param>
    public RandomVerticalFlip(double p = 0.5) => P = p;

    /// <summary>The probability, 0 to 1. Default: 0.5.</summary>
    public double P { get; init; }

    /// <inheritdoc/>
    internal override ulong Stream => 1;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values => [("p", AugmentationText.Of(P))];

    /// <inheritdoc/>
    internal override void Check() => RequireProbability(P);

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        if (random.NextSingle() < (float)P)
        {
            Flip(image);
        }
    }

    /// <summary>Mirrors an image.</summary>
    internal static void Flip(in AugmentedImage image)
    {
        for (int c = 0; c < image.Channels; c++)
        {
            for (int y = 0; y < image.Height / 2; y++)
            {
                Span<byte> upper = image.Row(c, y), lower = image.Row(c, image.Height - 1 - y);
                for (int x = 0; x < upper.Length; x++)
                {
                    (upper[x], lower[x]) = (lower[x], upper[x]);
                }
            }
        }
    }
}
