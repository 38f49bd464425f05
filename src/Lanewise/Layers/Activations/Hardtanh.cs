using Lanewise.Kernels;

namespace Lanewise;

/// <summary>min(Max, max(Min, x)), elementwise; with 0 and 6 it is ReLU6.</summary>
/// <param name="Min">The lower bound, or −∞.</param>
/// <param name="Max">The upper bound, or ∞.</param>
public sealed record Hardtanh(float Min = -1, float Max = 1) : ElementwiseOp
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => Min <= 0 && Max >= 0;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) =>
        Min <= Max && Min < float.PositiveInfinity && Max > float.NegativeInfinity
            ? inputs[0]
            : throw new ShapeException($"bounds {Min} and {Max}: the lower one must not be above the upper one");

    internal static Hardtanh Read(AttributeReader from) => new(
        (float)from.Double("min", double.NegativeInfinity), (float)from.Double("max", double.PositiveInfinity));

    // JSON has no infinite numbers: an infinite bound is absent.
    internal override void Write(AttributeWriter to)
    {
        if (float.IsFinite(Min))
        {
            to.Write("min", Min);
        }

        if (float.IsFinite(Max))
        {
            to.Write("max", Max);
        }
    }

    internal override ActivationFormula Formula => new ActivationFormula<Kernels.Hardtanh>(Min, Max);

    internal override double Value(double x) => Math.Min(Max, Math.Max(Min, x));

    internal override double Slope(double x) => x > Min && x < Max ? 1 : 0;
}

public static partial class ActivationLayers
{
    /// <summary>Adds min(max, max(min, x)), elementwise; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="min">The lower bound, or −∞.</param>
    /// <param name="max">The upper bound, or ∞.</param>
    /// <exception cref="LanewiseException"><paramref name="min"/> is above <paramref name="max"/>.</exception>
    public static SymbolicTensor Hardtanh(this SymbolicTensor x, double min = -1, double max = 1) =>
        x.Then(new Hardtanh((float)min, (float)max));

    /// <summary>Adds min(6, max(0, x)), elementwise: <c>Hardtanh</c> with 0 and 6; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor ReLU6(this SymbolicTensor x) => x.Hardtanh(0, 6);
}
