namespace Lanewise.Kernels;

/// <summary>
/// Elementary functions as fixed sequences of operations, for everything that reaches a weight: those of <see cref="Math"/> are the
/// system's and differ between systems in their last bits. Accurate to a few units in the last place.
/// </summary>
internal static class FixedMath
{
    // ln 2 and π/2 in parts, of which all but the last have so few bits that their products with whole numbers are exact.
    private const double Log2E = 1.44269504088896340736, Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPi1 = 1.57079632673412561417, HalfPi2 = 6.07710050630396597660e-11, HalfPi3 = 2.02226624871116645580e-21;

    // Coefficients of the power series, the highest first: 1 / n!.
    private static readonly double[] SinSeries = [.. Factorials(17, 2)];
    private static readonly double[] CosSeries = [.. Factorials(18, 2)];

    /// <summary>eˣ.</summary>
    public static double Exp(double x)
    {
        const double Max = 709.782712893384, Min = -745.133219101941;
        if (!(x is >= Min and <= Max))
        {
            return double.IsNaN(x) ? x : x > 0 ? double.PositiveInfinity : 0;
        }

        double power = Math.Round(x * Log2E);
        double rest = x - power * Ln2High - power * Ln2Low, square = rest * rest, fourth = square * square;
        // Σ restⁿ / n!, four terms at a time, so that the processor adds them side by side.
        double low = 1 + rest + square * (1 / 2d + rest * (1 / 6d));
        double middle = 1 / 24d + rest * (1 / 120d) + square * (1 / 720d + rest * (1 / 5040d));
        double high = 1 / 40320d + rest * (1 / 362880d) + square * (1 / 3628800d + rest * (1 / 39916800d));
        double top = 1 / 479001600d + rest * (1 / 6227020800d);
        double sum = low + fourth * (middle + fourth * (high + fourth * top));
        // In two steps, because 2¹⁰²⁴ is no double, and a result may be subnormal.
        int first = (int)power / 2, second = (int)power - first;
        return sum * PowerOfTwo(first) * PowerOfTwo(second);
    }

    /// <summary>The natural logarithm.</summary>
    public static double Log(double x)
    {
        if (!(x is > 0 and < double.PositiveInfinity))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        int exponent = Math.ILogB(x);
        double mantissa = Math.ScaleB(x, -exponent);
        if (mantissa > 1.4142135623730951)
        {
            (mantissa, exponent) = (mantissa / 2, exponent + 1);
        }

        // ln m = 2 · artanh((m − 1) / (m + 1))
        double s = (mantissa - 1) / (mantissa + 1), square = s * s, sum = 0;
        for (int n = 23; n >= 3; n -= 2)
        {
            sum = (sum + 2.0 / n) * square;
        }

        return exponent * Ln2High + (2 * s + (s * sum + exponent * Ln2Low));
    }

    /// <summary>The sine of an angle in radians, of less than a million.</summary>
    public static double Sin(double x)
    {
        var (quarter, rest) = Reduce(x);
        double value = (quarter & 1) == 0 ? SinOf(rest) : CosOf(rest);
        return (quarter & 2) == 0 ? value : -value;
    }

    /// <summary>The cosine of an angle in radians, of less than a million.</summary>
    public static double Cos(double x)
    {
        var (quarter, rest) = Reduce(x);
        double value = (quarter & 1) == 0 ? CosOf(rest) : SinOf(rest);
        return ((quarter + 1) & 2) == 0 ? value : -value;
    }

    /// <summary>The tangent of an angle in radians, of less than a million.</summary>
    public static double Tan(double x) => Sin(x) / Cos(x);

    /// <summary>xⁿ for n ≥ 0.</summary>
    public static double Power(double x, long n)
    {
        double result = 1;
        for (; n > 0; n >>= 1, x *= x)
        {
            result = (n & 1) == 0 ? result : result * x;
        }

        return result;
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);

    private static (int Quarter, double Remainder) Reduce(double x)
    {
        double quarters = Math.Round(x / (Math.PI / 2));
        return ((int)quarters, x - quarters * HalfPi1 - quarters * HalfPi2 - quarters * HalfPi3);
    }

    private static double SinOf(double x) => x * Series(SinSeries, -x * x);

    private static double CosOf(double x) => Series(CosSeries, -x * x);

    private static double Series(double[] coefficients, double x)
    {
        double sum = 0;
        foreach (double coefficient in coefficients)
        {
            sum = sum * x + coefficient;
        }

        return sum;
    }

    /// <summary>1 / n! from the highest n down in steps.</summary>
    private static IEnumerable<double> Factorials(int highest, int step)
    {
        for (int n = highest; n >= 0; n -= step)
        {
            double factorial = 1;
            for (int i = 2; i <= n; i++)
            {
                factorial *= i;
            }

            yield return 1 / factorial;
        }
    }
}
