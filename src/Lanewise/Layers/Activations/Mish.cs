using Lanewise.Kernels;

namespace Lanewise;

/// <summary>x · tanh(ln(1 + exp(x))), elementwise (Misra 2019).</summary>
public sealed record Mish : ElementwiseOp
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override ActivationFormula Formula => new ActivationFormula<Kernels.Mish>();

    internal override double Value(double x) => x * Tanh(x);

    internal override double Slope(double x) => Tanh(x) + x * (1 - Tanh(x) * Tanh(x)) * Sigmoid.Of(x);

    private static double Tanh(double x) => Math.Tanh(x > 30 ? x : Math.Log(1 + Math.Exp(x)));
}

public static partial class ActivationLayers
{
    /// <summary>Adds x · tanh(ln(1 + exp(x))), elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor Mish(this SymbolicTensor x) => x.Then(new Mish());
}
