namespace Lanewise;

/// <summary>
/// y[c] = exp(x[c]) / Σ exp(x[i]) over the channels of each pixel, (N, C, H, W) → (N, C, H, W). Networks for training end in logits:
/// the cross-entropy loss includes its own softmax.
/// </summary>
public sealed record Softmax : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}
