namespace Lanewise;

/// <summary>x where x &gt; 0, otherwise NegativeSlope · x, elementwise.</summary>
/// <param name="NegativeSlope">The slope below zero.</param>
public sealed record LeakyReLU(float NegativeSlope = 0.01f) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => float.IsFinite(NegativeSlope)
        ? inputs[0]
        : throw new ShapeException($"negative slope {NegativeSlope}; it must be finite");

    internal static LeakyReLU Read(AttributeReader from) => new(from.Float("negative_slope"));

    internal override void Write(AttributeWriter to) => to.Write("negative_slope", NegativeSlope);
}

/// <summary>min(Max, max(Min, x)), elementwise; with 0 and 6 it is ReLU6.</summary>
/// <param name="Min">The lower bound, or −∞.</param>
/// <param name="Max">The upper bound, or ∞.</param>
public sealed record Hardtanh(float Min = -1, float Max = 1) : Op
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
}

/// <summary>1 / (1 + exp(−x)), elementwise.</summary>
public sealed record Sigmoid : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}

/// <summary>max(0, min(1, Alpha · x + Beta)), elementwise; the defaults are those of torch.nn.</summary>
/// <param name="Alpha">The slope.</param>
/// <param name="Beta">The value at zero.</param>
public sealed record Hardsigmoid(float Alpha = 1 / 6f, float Beta = 0.5f) : Op
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
}

/// <summary>x · min(6, max(0, x + 3)) / 6, elementwise (Howard et al. 2019).</summary>
public sealed record Hardswish : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}

/// <summary>x / (1 + exp(−x)), elementwise, also called Swish.</summary>
public sealed record SiLU : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}

/// <summary>Scale · x + Offset, elementwise, with fixed numbers; Keras's Rescaling.</summary>
/// <param name="Scale">The factor.</param>
/// <param name="Offset">Added to the product.</param>
public sealed record Rescaling(float Scale, float Offset = 0) : Op
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
}
