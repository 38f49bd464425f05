namespace Lanewise;

/// <summary>The elementwise product of two inputs of one shape, as torch.mul: the gate of squeeze-and-excitation.</summary>
public sealed record Mul : Op
{
    internal override int? InputCount => 2;

    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0] == inputs[1]
        ? inputs[0]
        : throw new ShapeException(
            $"cannot multiply {inputs[0]} and {inputs[1]}; both must have one shape (Multiply repeats single channels, rows and columns)");
}
