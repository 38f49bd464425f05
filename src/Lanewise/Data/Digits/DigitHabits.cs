namespace Lanewise.Data.Digits;

/// <summary>How wide and how slanted people write one numeral.</summary>
/// <param name="Aspect">Width over height, before the slant.</param>
/// <param name="AspectSpread">Its standard deviation, relative.</param>
/// <param name="Slant">How far the top leans right, as a fraction of the height.</param>
/// <param name="SlantSpread">Its standard deviation.</param>
/// <param name="Thickness">The pen's mean width in pixels.</param>
internal sealed record DigitHabit(float Aspect, float AspectSpread, float Slant, float SlantSpread, float Thickness);

/// <summary>The habits of the ten numerals, set so that their widths and slants resemble MNIST's.</summary>
internal static class DigitHabits
{
    /// <summary><c>All[7]</c> is the seven's.</summary>
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
