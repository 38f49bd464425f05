namespace Lanewise.Data.Digits;

/// <summary>How wide and how slanted people write one numeral.</summary>
/// <param name="Aspect">Width over height, before the slant.</param>
/// <param name="AspectSpread">Its standard deviation, relative.</param>
/// <param name="Slant">How far the top leans right, as a fraction of the height.</param>
/// <param name="SlantSpread">Its standard deviation.</param>
internal sealed record DigitHabit(float Aspect, float AspectSpread, float Slant, float SlantSpread);

/// <summary>The habits of the ten numerals, set so that their widths and slants resemble MNIST's.</summary>
internal static class DigitHabits
{
    /// <summary><c>All[7]</c> is the seven's.</summary>
    public static IReadOnlyList<DigitHabit> All { get; } =
    [
        new(1.00f, 0.22f, 0.25f, 0.25f),
        new(0.50f, 0.25f, 0.25f, 0.28f),
        new(0.95f, 0.20f, 0.20f, 0.25f),
        new(0.90f, 0.20f, 0.15f, 0.22f),
        new(0.95f, 0.20f, 0.18f, 0.22f),
        new(0.90f, 0.22f, 0.20f, 0.25f),
        new(0.85f, 0.22f, 0.20f, 0.24f),
        new(0.85f, 0.22f, 0.18f, 0.22f),
        new(0.85f, 0.22f, 0.20f, 0.24f),
        new(0.85f, 0.20f, 0.15f, 0.22f),
    ];
}
