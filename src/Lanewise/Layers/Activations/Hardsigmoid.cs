using Lanewise.Kernels;

namespace Lanewise;

/// <summary>max(0, min(1, Alpha · x + Beta)), elementwise; the defaults are those of torch.nn.</summary>
/// <param name="Alpha">The slope.</param>
/// <param name="Beta">The value at zero.</param>
public sealed record Hardsigmoid(float Alpha = 1 / 6f, float Beta = 0.5f) : ElementwiseOp
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => Beta <= 0;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => float.IsFinite(Alpha) && float.IsFinite(Beta)
        ? inputs[0]
        : throw new ShapeException($"alpha {Alpha}, beta {Beta}; both must be finite");

    internal static Hardsigmoid Read(AttributeReader from) => new(from.Float("alpha"), from.Float("beta"));

    internal override void Write(AttributeWriter to)
    {
        to.Write("alpha", Alpha);
        to.Write("beta", Beta);
    }

    internal override ActivationFormula Formula => new ActivationFormula<Kernels.Hardsigmoid>(Alpha, Beta);

    internal override double Value(double x) => Math.Clamp(Line(x), 0, 1);

    internal override double Slope(double x) => Line(x) is > 0 and < 1 ? Alpha : 0;

    private double Line(double x) => (double)Alpha * x + Beta;
}

public static partial class ActivationLayers
{
    /// <summary>Adds max(0, min(1, alpha · x + beta)), elementwise; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="alpha">The slope.</param>
    /// <param name="beta">The value at zero.</param>
    /// <exception cref="LanewiseException">A number is not finite.</exception>
    public static SymbolicTensor Hardsigmoid(this SymbolicTensor x, double alpha = 1.0 / 6, double beta = 0.5) =>
        x.Then(new Hardsigmoid((float)alpha, (float)beta));
}
