using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Assertions on tensors.</summary>
internal static class Compare
{
    /// <summary>
    /// Returns the largest difference, relative to the largest expected magnitude, or to <paramref name="minMagnitude"/> if that is larger.
    /// </summary>
    public static double RelativeError(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double minMagnitude = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0, magnitude = minMagnitude;
        for (int i = 0; i < expected.Length; i++)
        {
            // A NaN compares false with everything, and therefore counts as an infinite error.
            double here = Math.Abs(expected[i] - actual[i]);
            difference = double.IsNaN(here) ? double.PositiveInfinity : Math.Max(difference, here);
            magnitude = Math.Max(magnitude, Math.Abs(expected[i]));
        }

        return magnitude == 0 ? difference : difference / magnitude;
    }

    public static void Close(
        string what, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, double minMagnitude = 0)
    {
        double error = RelativeError(expected, actual, minMagnitude);
        Assert.True(error <= tolerance, $"{what}: relative error {error:E2}, allowed {tolerance:E2}");
    }

    public static void Close(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance) =>
        Close(what, Array.ConvertAll(expected.ToArray(), v => (double)v), actual, tolerance);

    /// <summary>Returns output, input gradient and parameter gradients as integers, which are equal only if bitwise identical.</summary>
    public static int[] Bits(Plan plan) =>
    [
        .. Bits(plan.Output),
        .. plan.Options.Training ? Bits(plan.Gradients()) : [],
        .. Bits(plan.InputGradients),
    ];

    public static IEnumerable<int> Bits(Weights weights) => weights.Tensors.SelectMany(t => Bits(t.Values));

    public static int[] Bits(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);
}
