namespace Lanewise.Graphs;

/// <summary>y[c] = exp(x[c]) / Σ exp(x[i]) over the channels of each pixel, (C, H, W) → (C, H, W). The loss has its own; networks for training end in logits.</summary>
public sealed record Softmax : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}
