namespace Lanewise;

/// <summary>Concatenation along the channels of inputs with equal height and width.</summary>
public sealed record Concat : Op
{
    internal override int? InputCount => null;

    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var first = inputs[0];
        var other = inputs.FirstOrDefault(s => (s.Height, s.Width) != (first.Height, first.Width), first);
        return other == first
            ? first with { Channels = inputs.Sum(s => s.Channels) }
            : throw new ShapeException(
                $"cannot concatenate {first} and {other}: height and width must agree; check the branches' padding and stride");
    }
}
