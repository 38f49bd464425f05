namespace Lanewise;

/// <summary>
/// The random augmentation of training images: transforms that are applied one after the other, before normalization. The result depends
/// only on the seed, the epoch and the image's index, so it is the same at any number of threads and after resuming.
/// </summary>
/// <remarks>
/// Crops and horizontal flips draw from one stream of random numbers in their order, every other transform from a stream of its own, so
/// adding one does not change what the others do. A <see cref="RandomResizedCrop"/> that comes first sees the whole image; all others
/// see the image in the size of the network's input.
/// </remarks>
public sealed record Augmentation
{
    /// <summary>Creates an augmentation; without transforms there is none.</summary>
    /// <param name="transforms">The transforms, in the order in which they are applied.</param>
    public Augmentation(params IReadOnlyList<RandomTransform> transforms)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        Transforms = [.. transforms];
    }

    /// <summary>No augmentation: training images are prepared as in evaluation.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>For small images: shifted by up to four pixels, and flipped horizontally with probability 0.5.</summary>
    public static Augmentation Cifar { get; } = new(new RandomCrop(), new RandomHorizontalFlip());

    /// <summary>For photographs: a random crop of 8 to 100 % of the area, and a horizontal flip with probability 0.5.</summary>
    public static Augmentation ImageNet { get; } = new(new RandomResizedCrop(), new RandomHorizontalFlip());

    /// <summary>
    /// For digits and letters: rotated by up to 10°, moved by up to 8 % of the sides, scaled by 0.9 to 1.1 and sheared by up to 5°.
    /// </summary>
    public static Augmentation Digits { get; } = new(new RandomAffine(10) { Translate = 0.08, Scale = (0.9, 1.1), Shear = 5 });

    /// <summary>The transforms, in the order in which they are applied.</summary>
    public IReadOnlyList<RandomTransform> Transforms { get; }

    /// <summary>
    /// Returns the usual augmentation for an input: none for grey images, CIFAR's below 128 pixels, ImageNet's from there on.
    /// </summary>
    public static Augmentation For(Shape input) =>
        input.Channels == 1 ? None : Math.Min(input.Height, input.Width) < 128 ? Cifar : ImageNet;

    /// <summary>Returns this augmentation, followed by further transforms.</summary>
    /// <param name="transforms">The further transforms, in the order in which they are applied.</param>
    public Augmentation Then(params IReadOnlyList<RandomTransform> transforms) => new([.. Transforms, .. transforms]);

    /// <inheritdoc/>
    public bool Equals(Augmentation? other) => other is not null && Transforms.SequenceEqual(other.Transforms);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var transform in Transforms)
        {
            hash.Add(transform);
        }

        return hash.ToHashCode();
    }

    /// <summary>
    /// Describes the transforms with all their values, for example <c>RandomCrop padding=4; RandomHorizontalFlip p=0.5</c>.
    /// </summary>
    public override string ToString() => AugmentationText.Format(this);

    /// <summary>Validates the options of all transforms.</summary>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    internal void Check()
    {
        foreach (var transform in Transforms)
        {
            transform.Check();
        }
    }
}
