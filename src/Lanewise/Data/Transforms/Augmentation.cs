namespace Lanewise;

/// <summary>The random crop of training images.</summary>
public enum RandomCrop
{
    /// <summary>No random crop: images are resized and cropped as in evaluation.</summary>
    None,

    /// <summary>
    /// The image, resized as in evaluation, is shifted by up to <see cref="Augmentation.Padding"/> pixels and padded with black (He et
    /// al. 2015, §4.2).
    /// </summary>
    Padded,

    /// <summary>
    /// A crop of random area and aspect ratio is resized to the input (Szegedy et al. 2014, §6; torchvision's RandomResizedCrop).
    /// </summary>
    Resized,
}

/// <summary>
/// The random augmentation of training images. The result depends only on the seed, the epoch and the image's index, so it is the
/// same at any number of threads and after resuming.
/// </summary>
public sealed record Augmentation
{
    /// <summary>No augmentation: training images are prepared as in evaluation.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>For small images: shifted by up to four pixels, and flipped horizontally with probability 0.5.</summary>
    public static Augmentation Cifar { get; } = new() { Crop = RandomCrop.Padded, Flip = 0.5 };

    /// <summary>For photographs: a random crop of 8 to 100 % of the area, and a horizontal flip with probability 0.5.</summary>
    public static Augmentation ImageNet { get; } = new() { Crop = RandomCrop.Resized, Flip = 0.5 };

    /// <summary>The random crop. Default: <see cref="RandomCrop.None"/>.</summary>
    public RandomCrop Crop { get; init; }

    /// <summary>The probability of a horizontal flip, 0 to 1. Default: 0.</summary>
    public double Flip { get; init; }

    /// <summary>For <see cref="RandomCrop.Padded"/>: the maximum shift in each direction, in pixels. Default: 4.</summary>
    public int Padding { get; init; } = 4;

    /// <summary>
    /// For <see cref="RandomCrop.Resized"/>: the minimum area of the crop as a fraction of the image, above 0 and at most 1. Default:
    /// 0.08.
    /// </summary>
    public double MinArea { get; init; } = 0.08;

    /// <summary>
    /// For <see cref="RandomCrop.Resized"/>: the maximum aspect ratio, width / height, at least 1; the minimum is its inverse. Default:
    /// 4/3.
    /// </summary>
    public double MaxRatio { get; init; } = 4.0 / 3;

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    internal void Check()
    {
        string? invalid = Flip is not (>= 0 and <= 1) ? nameof(Flip)
            : Padding < 0 ? nameof(Padding)
            : MinArea is not (> 0 and <= 1) ? nameof(MinArea)
            : MaxRatio is not (>= 1 and < double.PositiveInfinity) ? nameof(MaxRatio)
            : null;
        if (invalid is not null)
        {
            const string Expected = "flip must be from 0 to 1, padding at least 0, the minimum area above 0 and at most 1, "
                + "the maximum ratio at least 1";
            throw new InvalidOptionException(
                FormattableString.Invariant(
                    $"augmentation with flip {Flip}, padding {Padding}, minimum area {MinArea}, maximum ratio {MaxRatio}: {Expected}."),
                invalid,
                invalid switch { nameof(Flip) => (object)Flip, nameof(Padding) => Padding, nameof(MinArea) => MinArea, _ => MaxRatio });
        }
    }

    /// <summary>
    /// Returns the usual augmentation for an input: none for grey images, CIFAR's below 128 pixels, ImageNet's from there on.
    /// </summary>
    public static Augmentation For(Shape input) =>
        input.Channels == 1 ? None : Math.Min(input.Height, input.Width) < 128 ? Cifar : ImageNet;
}
