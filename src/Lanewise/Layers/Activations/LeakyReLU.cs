using Lanewise.Kernels;

namespace Lanewise;

/// <summary>x where x &gt; 0, otherwise NegativeSlope · x, elementwise.</summary>
/// <param name="NegativeSlope">The slope below zero.</param>
public sealed record LeakyReLU(float NegativeSlope = 0.01f) : ElementwiseOp
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => float.IsFinite(NegativeSlope)
        ? inputs[0]
        : throw new ShapeException($"negative slope {NegativeSlope}; it must be finite");

    internal static LeakyReLU Read(AttributeReader from) => new(from.Float("negative_slope"));

    internal override void Write(AttributeWriter to) => to.Write("negative_slope", NegativeSlope);

    internal override ActivationFormula Formula => new ActivationFormula<Kernels.LeakyReLU>(NegativeSlope);

    internal override double Value(double x) => x > 0 ? x : NegativeSlope * x;

    internal override double Slope(double x) => x > 0 ? 1 : NegativeSlope;
}

public static partial class ActivationLayers
{
    /// <summary>Adds x where x &gt; 0, otherwise negativeSlope · x, elementwise; the shape stays (N, C, H, W).</summary>
    /// <exception cref="LanewiseException"><paramref name="negativeSlope"/> is not finite.</exception>
    public static SymbolicTensor LeakyReLU(this SymbolicTensor x, double negativeSlope = 0.01) =>
        x.Then(new LeakyReLU((float)negativeSlope));
}
