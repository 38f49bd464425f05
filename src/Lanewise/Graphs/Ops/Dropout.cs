namespace Lanewise;

/// <summary>
/// Dropout (Srivastava et al. 2014): in training each value becomes zero with probability <paramref name="P"/> and is otherwise
/// divided by 1 − P; in evaluation it is the identity. Which values are dropped depends only on the seed, the step, the layer and the
/// image's index in the batch.
/// </summary>
/// <param name="P">Probability, 0 ≤ P &lt; 1.</param>
public sealed record Dropout(float P = 0.5f) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => P is >= 0 and < 1
        ? inputs[0]
        : throw new ShapeException($"p {P}; it must be at least 0 and below 1");

    internal static Dropout Read(AttributeReader from) => new(from.Float("p"));

    internal override void Write(AttributeWriter to) => to.Write("p", P);
}
