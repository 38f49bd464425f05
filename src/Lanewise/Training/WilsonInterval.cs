namespace Lanewise;

/// <summary>
/// The 95 % confidence interval of a share that was counted, by Wilson's score: unlike ± 1.96 standard errors it stays within 0 and 1 and
/// is right for few samples and shares near the ends. Source: E. B. Wilson, Journal of the American Statistical Association 22, 1927.
/// </summary>
/// <param name="Low">The lower end, 0 to 1.</param>
/// <param name="High">The upper end, 0 to 1.</param>
internal sealed record WilsonInterval(double Low, double High)
{
    // The normal distribution has 95 % of its mass within ± Z.
    private const double Z = 1.959963984540054;

    /// <summary>Computes (p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n) with p = count / n.</summary>
    /// <param name="count">How many of the samples have a property.</param>
    /// <param name="total">The number of samples n, at least 1.</param>
    public static WilsonInterval Of(int count, int total)
    {
        double p = (double)count / total, square = Z * Z / total;
        double middle = p + square / 2, half = Z * Math.Sqrt(p * (1 - p) / total + square / total / 4);
        // Exactly 0 and 1 at the ends, where rounding may leave a difference.
        return new(
            count == 0 ? 0 : Math.Max(0, (middle - half) / (1 + square)),
            count == total ? 1 : Math.Min(1, (middle + half) / (1 + square)));
    }
}
