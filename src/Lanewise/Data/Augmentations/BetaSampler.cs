using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Random numbers of the Beta distribution with two equal parameters.</summary>
internal static class BetaSampler
{
    /// <summary>Gets a number from 0 to 1: G₁ / (G₁ + G₂) of two gamma variates, from their logarithms, as both may underflow.</summary>
    /// <param name="alpha">Both parameters, above 0.</param>
    /// <param name="random">The random numbers.</param>
    public static double Next(double alpha, ref SplitMix64 random)
    {
        double first = LogGamma(alpha, ref random), second = LogGamma(alpha, ref random);
        return 1 / (1 + FixedMath.Exp(second - first));
    }

    /// <summary>
    /// Gets the logarithm of a gamma variate (Marsaglia and Tsang 2000); for a shape below 1 that of the shape above, times U^(1/α).
    /// </summary>
    private static double LogGamma(double alpha, ref SplitMix64 random)
    {
        double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = random.NextNormal(), root = 1 + c * x, v = root * root * root;
            double log = LogUniform(ref random);
            if (v > 0 && log < x * x / 2 + d - d * v + d * FixedMath.Log(v))
            {
                return FixedMath.Log(d * v) + (alpha < 1 ? LogUniform(ref random) / alpha : 0);
            }
        }
    }

    // Never the logarithm of zero.
    private static double LogUniform(ref SplitMix64 random) => FixedMath.Log(((random.Next() >> 11) + 0.5) / (1L << 53));
}
