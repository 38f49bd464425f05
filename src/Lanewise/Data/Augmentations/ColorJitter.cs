using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Changes brightness, contrast, saturation and hue, in random order, by factors from <c>max(0, 1 − x)</c> to <c>1 + x</c>; torchvision's
/// ColorJitter. A grey image has neither saturation nor hue.
/// </summary>
public sealed record ColorJitter : RandomTransform
{
    private const double MaxHue = 0.5;
    private const string Factor = "a number of at least 0";

    /// <summary>The range of the factor of brightness, at least 0. Default: 0.</summary>
    public double Brightness { get; init; }

    /// <summary>The range of the factor of contrast, at least 0. Default: 0.</summary>
    public double Contrast { get; init; }

    /// <summary>The range of the factor of saturation, at least 0. Default: 0.</summary>
    public double Saturation { get; init; }

    /// <summary>The maximum change of hue in either direction, as a part of a whole turn, 0 to 0.5. Default: 0.</summary>
    public double Hue { get; init; }

    /// <inheritdoc/>
    internal override ulong Stream => 3;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values =>
    [
        ("brightness", AugmentationText.Of(Brightness)), ("contrast", AugmentationText.Of(Contrast)),
        ("saturation", AugmentationText.Of(Saturation)), ("hue", AugmentationText.Of(Hue)),
    ];

    /// <inheritdoc/>
    internal override void Check()
    {
        foreach (var (option, value) in new[]
            { (nameof(Brightness), Brightness), (nameof(Contrast), Contrast), (nameof(Saturation), Saturation) })
        {
            Require(value is >= 0 and < double.PositiveInfinity, option, value, Factor);
        }

        Require(Hue is >= 0 and <= MaxHue, nameof(Hue), Hue, $"a number from 0 to {AugmentationText.Of(MaxHue)}");
    }

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        // All numbers are drawn, whichever are used, so that one range does not change what another gives.
        Span<int> order = [0, 1, 2, 3];
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        Span<float> draws = stackalloc float[order.Length];
        foreach (ref float draw in draws)
        {
            draw = random.NextSingle();
        }

        foreach (int kind in order)
        {
            Change(image, kind, draws[kind]);
        }
    }

    private void Change(in AugmentedImage image, int kind, float draw)
    {
        switch (kind)
        {
            case 0 when Brightness > 0:
                ColorOps.Brightness(image, FactorOf(Brightness, draw));
                break;
            case 1 when Contrast > 0:
                ColorOps.Contrast(image, FactorOf(Contrast, draw));
                break;
            case 2 when Saturation > 0:
                ColorOps.Saturation(image, FactorOf(Saturation, draw));
                break;
            case 3 when Hue > 0:
                HueOp.Apply(image, Hue * (2 * draw - 1));
                break;
        }
    }

    private static float FactorOf(double range, float draw)
    {
        double min = Math.Max(0, 1 - range);
        return (float)(min + (1 + range - min) * draw);
    }
}
