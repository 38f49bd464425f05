using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Scale · x + Offset, elementwise, with fixed numbers; Keras's Rescaling.</summary>
/// <param name="Scale">The factor.</param>
/// <param name="Offset">Added to the product.</param>
public sealed record Rescaling(float Scale, float Offset = 0) : ElementwiseOp
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => Offset == 0;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => float.IsFinite(Scale) && float.IsFinite(Offset)
        ? inputs[0]
        : throw new ShapeException($"scale {Scale}, offset {Offset}; both must be finite");

    internal static Rescaling Read(AttributeReader from) => new(from.Float("scale"), from.Float("offset"));

    internal override void Write(AttributeWriter to)
    {
        to.Write("scale", Scale);
        to.Write("offset", Offset);
    }

    internal override ActivationFormula Formula => new ActivationFormula<Kernels.Rescaling>(Scale, Offset);

    internal override double Value(double x) => (double)Scale * x + Offset;

    internal override double Slope(double x) => Scale;
}

public static partial class ActivationLayers
{
    /// <summary>Adds scale · x + offset, elementwise, with fixed numbers; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="offset">Added to the product.</param>
    /// <exception cref="LanewiseException">A number is not finite.</exception>
    public static SymbolicTensor Rescaling(this SymbolicTensor x, double scale, double offset = 0) =>
        x.Then(new Rescaling((float)scale, (float)offset));
}
