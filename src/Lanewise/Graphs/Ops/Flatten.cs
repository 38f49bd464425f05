namespace Lanewise;

/// <summary>(N, C, H, W) → (N, C·H·W, 1, 1), row-major as in PyTorch.</summary>
public sealed record Flatten : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => new(inputs[0].Count, 1, 1);
}
