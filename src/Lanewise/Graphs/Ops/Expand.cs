namespace Lanewise;

/// <summary>
/// Repeats the only channel, row or column of an image, as torch.expand, (N, C or 1, H or 1, W or 1) → (N, C, H, W).
/// </summary>
/// <param name="Shape">C×H×W.</param>
public sealed record Expand(Shape Shape) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        return Fits(x.Channels, Shape.Channels) && Fits(x.Height, Shape.Height) && Fits(x.Width, Shape.Width)
            ? Shape
            : throw new ShapeException(
                $"cannot expand {x} to {Shape}; each of channels, height and width must be 1 in the input, or stay as it is");

        static bool Fits(int from, int to) => from == to || (from == 1 && to > 1);
    }

    internal static Expand Read(AttributeReader from) => new(from.Shape("shape"));

    internal override void Write(AttributeWriter to) => to.Write("shape", Shape);
}
