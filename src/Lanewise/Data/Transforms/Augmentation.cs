using Lanewise.Graphs;

namespace Lanewise.Data.Transforms;

/// <summary>Which part of a training image is taken at random.</summary>
public enum RandomCrop
{
    /// <summary>None: the image is fitted as in evaluation.</summary>
    None,

    /// <summary>The image, fitted as in evaluation, is moved by up to <see cref="Augmentation.Padding"/> pixels; black moves in (He et al. 2015, §4.2).</summary>
    Padded,

    /// <summary>A part of random area and proportions is resized to the input (Szegedy et al. 2014, §6).</summary>
    Resized,
}

/// <summary>
/// How training images are varied at random. What becomes of an image is decided by seed, epoch and the image's index
/// alone, so that it is the same at any number of threads and when training is resumed.
/// </summary>
public sealed record Augmentation
{
    /// <summary>Training images are fitted as in evaluation.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>For small images: moved by up to four pixels, and flipped half of the time.</summary>
    public static Augmentation Cifar { get; } = new() { Crop = RandomCrop.Padded, Flip = 0.5f };

    /// <summary>For photographs: a part of 8 to 100 % of the area, resized, and flipped half of the time.</summary>
    public static Augmentation ImageNet { get; } = new() { Crop = RandomCrop.Resized, Flip = 0.5f };

    /// <summary>Which part is taken.</summary>
    public RandomCrop Crop { get; init; }

    /// <summary>The share of images that is flipped left to right.</summary>
    public float Flip { get; init; }

    /// <summary>For <see cref="RandomCrop.Padded"/>: how many pixels the image may move each way.</summary>
    public int Padding { get; init; } = 4;

    /// <summary>For <see cref="RandomCrop.Resized"/>: the least share of the area that is taken; the most is all of it.</summary>
    public double MinArea { get; init; } = 0.08;

    /// <summary>For <see cref="RandomCrop.Resized"/>: the widest proportions, width : height; the narrowest are their inverse.</summary>
    public double MaxRatio { get; init; } = 4.0 / 3;

    /// <summary>Refuses values outside their range.</summary>
    /// <exception cref="LanewiseException">A value is out of range; the message says which.</exception>
    internal void Check()
    {
        if (Flip is not (>= 0 and <= 1) || Padding < 0 || MinArea is not (> 0 and <= 1) || MaxRatio is not (>= 1 and < double.PositiveInfinity))
        {
            throw new LanewiseException(FormattableString.Invariant(
                $"augmentation with flip {Flip}, padding {Padding}, least area {MinArea}, widest ratio {MaxRatio}: flip must be from 0 to 1, padding at least 0, the least area above 0 and at most 1, the widest ratio at least 1."));
        }
    }

    /// <summary>What suits photographs at this input: nothing for grey ones, ImageNet's from 128 pixels on, CIFAR's below.</summary>
    public static Augmentation For(Shape input) => input.Channels == 1 ? None : Math.Min(input.Height, input.Width) < 128 ? Cifar : ImageNet;
}
