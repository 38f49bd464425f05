using Lanewise.Kernels;

namespace Lanewise;

/// <summary>x / (1 + exp(−x)), elementwise, also called Swish.</summary>
public sealed record SiLU : ElementwiseOp
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override ActivationFormula Formula => new ActivationFormula<Kernels.SiLU>();

    internal override double Value(double x) => x * Sigmoid.Of(x);

    internal override double Slope(double x) => Sigmoid.Of(x) * (1 + x * Sigmoid.Of(-x));
}

public static partial class ActivationLayers
{
    /// <summary>Adds x / (1 + exp(−x)), elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor SiLU(this SymbolicTensor x) => x.Then(new SiLU());
}
