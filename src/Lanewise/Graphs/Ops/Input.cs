namespace Lanewise;

/// <summary>The image that enters the network.</summary>
/// <param name="Shape">C×H×W.</param>
public sealed record Input(Shape Shape) : Op
{
    internal override int? InputCount => 0;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => Shape;
}
