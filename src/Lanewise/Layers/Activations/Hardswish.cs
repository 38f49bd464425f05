using Lanewise.Kernels;

namespace Lanewise;

/// <summary>x · min(6, max(0, x + 3)) / 6, elementwise (Howard et al. 2019).</summary>
public sealed record Hardswish : ElementwiseOp
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override ActivationFormula Formula => new ActivationFormula<Kernels.Hardswish>();

    internal override double Value(double x) => x * Math.Clamp(x + 3, 0, 6) / 6;

    internal override double Slope(double x) => x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1;
}

public static partial class ActivationLayers
{
    /// <summary>Adds x · min(6, max(0, x + 3)) / 6, elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor Hardswish(this SymbolicTensor x) => x.Then(new Hardswish());
}
