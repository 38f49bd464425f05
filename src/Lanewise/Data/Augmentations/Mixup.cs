namespace Lanewise;

/// <summary>
/// Mixes training images in pairs, and their labels in the same shares: mixup (Zhang et al. 2017) blends two images, cutmix (Yun et al.
/// 2019) puts a rectangle of one into the other. One share, from a Beta(α, α) distribution, is drawn for each batch; the partner of the
/// first image is the last, and so on, as in timm.
/// </summary>
public sealed record Mixup
{
    /// <summary>The limit of <see cref="MixupAlpha"/> and <see cref="CutMixAlpha"/>: far above it all shares are one half.</summary>
    internal const double MaxAlpha = 1000;

    /// <summary>The α of mixup, 0 to 1000; 0 for no mixup. Default: 0.</summary>
    public double MixupAlpha { get; init; }

    /// <summary>The α of cutmix, 0 to 1000; 0 for no cutmix. Default: 0.</summary>
    public double CutMixAlpha { get; init; }

    /// <summary>The probability that a batch is mixed, 0 to 1. Default: 1.</summary>
    public double Prob { get; init; } = 1;

    /// <summary>With both: the probability that a mixed batch is cut, 0 to 1. Default: 0.5.</summary>
    public double SwitchProb { get; init; } = 0.5;

    /// <summary>Whether any batch is mixed.</summary>
    internal bool IsOn => Prob > 0 && (MixupAlpha > 0 || CutMixAlpha > 0);

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    internal void Check()
    {
        Require(MixupAlpha is >= 0 and <= MaxAlpha, nameof(MixupAlpha), MixupAlpha, $"a number from 0 to {MaxAlpha}");
        Require(CutMixAlpha is >= 0 and <= MaxAlpha, nameof(CutMixAlpha), CutMixAlpha, $"a number from 0 to {MaxAlpha}");
        Require(Prob is >= 0 and <= 1, nameof(Prob), Prob, "a probability from 0 to 1");
        Require(SwitchProb is >= 0 and <= 1, nameof(SwitchProb), SwitchProb, "a probability from 0 to 1");
    }

    private static void Require(bool isValid, string option, double value, string expected)
    {
        if (!isValid)
        {
            throw new InvalidOptionException(FormattableString.Invariant($"Mixup, {option} {value}: expected {expected}."), option, value);
        }
    }
}
