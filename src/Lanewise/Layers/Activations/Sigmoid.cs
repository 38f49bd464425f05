using Lanewise.Kernels;

namespace Lanewise;

/// <summary>1 / (1 + exp(−x)), elementwise.</summary>
public sealed record Sigmoid : ElementwiseOp
{
    internal override ActivationFormula Formula => new ActivationFormula<Kernels.Sigmoid>();

    /// <summary>Computes 1 / (1 + exp(−x)).</summary>
    internal static double Of(double x) => 1 / (1 + Math.Exp(-x));

    internal override double Value(double x) => Of(x);

    internal override double Slope(double x) => Of(x) * Of(-x);
}

public static partial class ActivationLayers
{
    /// <summary>Adds 1 / (1 + exp(−x)), elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor Sigmoid(this SymbolicTensor x) => x.Then(new Sigmoid());
}
