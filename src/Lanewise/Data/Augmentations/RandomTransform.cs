using Lanewise.Kernels;

namespace Lanewise;

/// <summary>A random transform of training images, one of an <see cref="Augmentation"/>; the names are torchvision's.</summary>
public abstract record RandomTransform
{
    private protected RandomTransform()
    {
    }

    /// <summary>
    /// The stream of random numbers: 0 for the one that crops and horizontal flips share, another number for one of its own.
    /// </summary>
    internal abstract ulong Stream { get; }

    /// <summary>The values by name, as <see cref="ToString"/> writes them.</summary>
    internal abstract (string Name, string Value)[] Values { get; }

    /// <summary>Describes the transform with all its values, for example <c>RandomCrop padding=4</c>.</summary>
    public sealed override string ToString() =>
        string.Join(' ', Values.Select(value => $"{value.Name}={value.Value}").Prepend(GetType().Name));

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    internal abstract void Check();

    /// <summary>Transforms an image in place.</summary>
    /// <param name="image">The image, in the size of the network's input.</param>
    /// <param name="random">The random numbers of this image and <see cref="Stream"/>.</param>
    internal abstract void Apply(in AugmentedImage image, ref SplitMix64 random);

    /// <summary>Throws unless a value is in its range.</summary>
    /// <param name="isValid">Whether it is.</param>
    /// <param name="option">The property.</param>
    /// <param name="value">The value.</param>
    /// <param name="expected">The range, in words.</param>
    private protected void Require(bool isValid, string option, object value, string expected)
    {
        if (!isValid)
        {
            throw new InvalidOptionException(
                FormattableString.Invariant($"{GetType().Name}, {option.ToLowerInvariant()} {value}: expected {expected}."), option, value);
        }
    }

    /// <summary>Throws unless a value is a probability.</summary>
    private protected void RequireProbability(double value, string option = "P") =>
        Require(value is >= 0 and <= 1, option, value, "a probability from 0 to 1");

    /// <summary>Throws unless a range is positive and in ascending order.</summary>
    private protected void RequireRange((double Min, double Max) range, string option, double max = double.PositiveInfinity) => Require(
        range.Min > 0 && range.Max >= range.Min && range.Max <= max && double.IsFinite(range.Max), option, range,
        double.IsFinite(max) ? $"a minimum above 0 and a maximum of at most {max}" : "a minimum above 0 and a maximum of at least that");
}
