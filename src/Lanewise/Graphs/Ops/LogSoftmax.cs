namespace Lanewise;

/// <summary>y[c] = x[c] − log Σ exp(x[i]) over the channels of each pixel, (N, C, H, W) → (N, C, H, W): the logarithm of softmax.</summary>
public sealed record LogSoftmax : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}
