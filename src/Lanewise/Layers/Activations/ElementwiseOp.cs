using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// An op that applies one function to each value: an activation function other than ReLU, which kernels apply to sums in registers, or a
/// fixed linear function.
/// </summary>
public abstract record ElementwiseOp : Op
{
    private protected ElementwiseOp()
    {
    }

    /// <summary>The function as kernels compute it.</summary>
    internal abstract ActivationFormula Formula { get; }

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];

    /// <summary>Computes f(x) in double precision, for the reference engine.</summary>
    internal abstract double Value(double x);

    /// <summary>Computes f′(x); where f is not differentiable, PyTorch's choice.</summary>
    internal abstract double Slope(double x);
}

/// <summary>The elementwise activation functions other than ReLU, and the fixed linear function Rescaling.</summary>
public static partial class ActivationLayers;
