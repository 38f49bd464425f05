namespace Lanewise;

/// <summary>The image that enters the network.</summary>
/// <param name="Shape">C×H×W.</param>
public sealed record Input(Shape Shape) : Op
{
    internal override int? InputCount => 0;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => Shape;

    internal static Input Read(AttributeReader from) => new(from.Shape("shape"));

    internal override void Write(AttributeWriter to) => to.Write("shape", Shape);
}
