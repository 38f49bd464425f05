namespace Lanewise.Graphs;

/// <summary>
/// Dropout (Srivastava et al. 2014): in training each value becomes zero with probability <paramref name="P"/> and is otherwise
/// divided by 1 − P; in evaluation nothing happens. Which values go depends on the seed, the step, the layer and the image's
/// place in the batch alone.
/// </summary>
/// <param name="P">0 ≤ P &lt; 1.</param>
public sealed record Dropout(float P = 0.5f) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => P is >= 0 and < 1
        ? inputs[0]
        : throw new ShapeException($"p {P}; it must be at least 0 and below 1");
}
