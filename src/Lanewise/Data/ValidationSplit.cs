using System.Globalization;

namespace Lanewise;

/// <summary>Which images a training validates on: those of a split of its own, or a share of the training images.</summary>
internal sealed record ValidationSplit
{
    /// <summary>The share that is held out where a dataset has no split for validation.</summary>
    public const double DefaultFraction = 0.2;

    /// <summary>Gets the share of the training images of each class; null if a split of its own is used.</summary>
    public double? Fraction { get; init; }

    /// <summary>Gets the name of the split; null for the dataset's own or for <see cref="Fraction"/>.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the seed that chooses the share.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the regular expression, or the column, that names which images stay on one side; null for none.</summary>
    public string? GroupBy { get; init; }

    /// <summary>Parses a share or the name of a split.</summary>
    /// <exception cref="FormatException">The share is not between 0 and 1.</exception>
    public static ValidationSplit Parse(string text) =>
        !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) ? new() { Name = text }
        : share is > 0 and < 1 ? new() { Fraction = share }
        : throw new FormatException($"{text} is not between 0 and 1");

    /// <summary>Returns the text from which <see cref="Parse"/> reads the share or the name; empty for neither.</summary>
    public override string ToString() => Fraction?.ToString("R", CultureInfo.InvariantCulture) ?? Name ?? "";
}
