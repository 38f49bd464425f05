namespace Lanewise;

/// <summary>The elementwise sum of two inputs of one shape: F(x) + x of a residual block.</summary>
public sealed record Add : Op
{
    internal override int? InputCount => 2;

    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0] == inputs[1]
        ? inputs[0]
        : throw new ShapeException(
            $"cannot add {inputs[0]} and {inputs[1]}; both must have one shape (a 1×1 convolution changes channels, its stride the size)");
}
