using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// x · Φ(x), elementwise, Φ the distribution function of the standard normal distribution (Hendrycks and Gimpel 2016), or the approximation
/// by tanh of the same paper.
/// </summary>
/// <param name="IsTanh">Whether it is ½x · (1 + tanh(√(2/π)·(x + 0.044715·x³))), PyTorch's <c>approximate="tanh"</c>.</param>
public sealed record GELU(bool IsTanh = false) : ElementwiseOp
{
    private const double Cubic = 0.044715;

    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal static GELU Read(AttributeReader from) => new(from.Bool("tanh"));

    internal override void Write(AttributeWriter to) => to.Write("tanh", IsTanh);

    internal override ActivationFormula Formula => IsTanh ? new ActivationFormula<GELUTanh>() : new ActivationFormula<Kernels.GELU>();

    internal override double Value(double x) => x * Gate(x);

    internal override double Slope(double x) => IsTanh
        ? Gate(x) + x * Gate(x) * (1 - Gate(x)) * Math.Sqrt(8 / Math.PI) * (1 + 3 * Cubic * x * x)
        : Gate(x) + x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    private double Gate(double x) => IsTanh ? Sigmoid.Of(Math.Sqrt(8 / Math.PI) * (x + Cubic * x * x * x)) : Distribution(x);

    /// <summary>
    /// Φ(x): ½ + density · Σ x²ⁿ⁺¹ / (1·3·5 ⋯ (2n+1)), and far from 0, where that would cancel, the continued fraction of the tail,
    /// density / (|x| + 1 / (|x| + 2 / (|x| + 3 / …))).
    /// </summary>
    private static double Distribution(double x)
    {
        const int Far = 4, Fractions = 60;
        double size = Math.Abs(x), density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (size > Far)
        {
            double fraction = size;
            for (int n = Fractions; n > 0; n--)
            {
                fraction = size + n / fraction;
            }

            return x > 0 ? 1 - density / fraction : density / fraction;
        }

        double sum = 0, term = x;
        for (int n = 1; Math.Abs(term) > 1e-20; n++)
        {
            sum += term;
            term *= x * x / (2 * n + 1);
        }

        return 0.5 + density * sum;
    }
}

public static partial class ActivationLayers
{
    /// <summary>Adds x · Φ(x), elementwise, or its approximation by tanh; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor GELU(this SymbolicTensor x, bool tanh = false) => x.Then(new GELU(tanh));
}
