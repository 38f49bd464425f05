namespace Lanewise.Data.Digits;

/// <summary>The typical proportions, slant and stroke width of one handwritten numeral.</summary>
/// <param name="Aspect">Width divided by height, before the slant.</param>
/// <param name="AspectSpread">The relative standard deviation of the aspect.</param>
/// <param name="Slant">How far the top leans to the right, as a fraction of the height.</param>
/// <param name="SlantSpread">The standard deviation of the slant.</param>
/// <param name="Thickness">The mean stroke width in pixels.</param>
internal sealed record DigitHabit(float Aspect, float AspectSpread, float Slant, float SlantSpread, float Thickness);

/// <summary>The handwriting habits of the ten numerals, chosen so that widths and slants resemble MNIST's.</summary>
internal static class DigitHabits
{
    /// <summary>The habits, indexed by numeral.</summary>
    public static IReadOnlyList<DigitHabit> All { get; } =
    [
        new(1.00f, 0.22f, 0.25f, 0.25f, 2.8f),
        new(0.50f, 0.25f, 0.23f, 0.28f, 3.0f),
        new(0.98f, 0.25f, 0.12f, 0.27f, 2.6f),
        new(0.88f, 0.20f, 0.05f, 0.24f, 2.5f),
        new(0.95f, 0.20f, 0.23f, 0.24f, 2.4f),
        new(0.90f, 0.24f, 0.13f, 0.28f, 2.4f),
        new(0.90f, 0.24f, 0.08f, 0.24f, 2.4f),
        new(0.88f, 0.22f, 0.04f, 0.25f, 2.6f),
        new(0.88f, 0.20f, 0.16f, 0.24f, 2.3f),
        new(0.85f, 0.20f, 0.12f, 0.24f, 2.3f),
    ];
}
