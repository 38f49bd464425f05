namespace Lanewise;

/// <summary>max(0, x), elementwise.</summary>
public sealed record ReLU : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}
