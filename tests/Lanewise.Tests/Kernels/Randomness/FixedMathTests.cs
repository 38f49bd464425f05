using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>The elementary functions of fixed operations, against those of the system.</summary>
public sealed class FixedMathTests
{
    private static readonly double[] Numbers =
        [.. Enumerable.Range(0, 20_000).Select(i => (i - 10_000) * 0.0371 + i % 7 * 1e-5)];

    [Fact]
    public void Exp_is_that_of_the_system_to_a_few_units()
    {
        Assert.All(Numbers, x => AssertClose(Math.Exp(x), FixedMath.Exp(x), 4));
        Assert.All([-708.5, -708, 708, 709.7], x => AssertClose(Math.Exp(x), FixedMath.Exp(x), 4));
        Assert.Equal((1, 0, double.PositiveInfinity), (FixedMath.Exp(0), FixedMath.Exp(-750), FixedMath.Exp(710)));
        Assert.Equal((0, double.PositiveInfinity), (FixedMath.Exp(double.NegativeInfinity), FixedMath.Exp(double.PositiveInfinity)));
        Assert.Equal(double.NaN, FixedMath.Exp(double.NaN));
        Assert.InRange(FixedMath.Exp(-740), 4e-322, 5e-322);
    }

    [Fact]
    public void Log_is_that_of_the_system_to_a_few_units()
    {
        Assert.All(Numbers.Where(x => x > 0), x => AssertClose(Math.Log(x), FixedMath.Log(x), 4));
        Assert.All([1e-300, 5e-324, 0.5, 0.999999, 1.000001, 1e300, double.MaxValue], x => AssertClose(Math.Log(x), FixedMath.Log(x), 4));
        Assert.Equal((0, double.NegativeInfinity), (FixedMath.Log(1), FixedMath.Log(0)));
        Assert.Equal((double.NaN, double.NaN), (FixedMath.Log(-1), FixedMath.Log(double.NaN)));
        Assert.Equal(double.PositiveInfinity, FixedMath.Log(double.PositiveInfinity));
    }

    [Fact]
    public void Angles_are_those_of_the_system()
    {
        Assert.All(Numbers, x => Assert.Equal(Math.Sin(x), FixedMath.Sin(x), 2e-15));
        Assert.All(Numbers, x => Assert.Equal(Math.Cos(x), FixedMath.Cos(x), 2e-15));
        Assert.Equal((0, 1), (FixedMath.Sin(0), FixedMath.Cos(0)));
        Assert.All([-0.7, -0.1, 0, 0.3, 1.2], x => Assert.Equal(Math.Tan(x), FixedMath.Tan(x), 2e-15));
    }

    [Fact]
    public void Powers_are_those_of_the_system()
    {
        Assert.Equal((1, 0.9, 0.81), (FixedMath.Power(0.9, 0), FixedMath.Power(0.9, 1), FixedMath.Power(0.9, 2)));
        Assert.Equal(Math.Pow(0.999, 12_345), FixedMath.Power(0.999, 12_345), 1e-17);
    }

    private static void AssertClose(double expected, double actual, int units) =>
        Assert.InRange(Math.Abs(actual - expected), 0, units * (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected)));
}
