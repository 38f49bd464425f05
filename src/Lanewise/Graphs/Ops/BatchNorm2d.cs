namespace Lanewise.Graphs;

/// <summary>
/// Batch normalisation, (C, H, W) → (C, H, W) (Ioffe and Szegedy 2015): y = (x − mean) / √(var + Eps) · weight + bias, channel by
/// channel. In training mean and var are the batch's (var the biased one, divided by N·H·W), and the running statistics move by
/// running ← (1 − Momentum) · running + Momentum · batch, with the unbiased variance, as in PyTorch. In evaluation they are the
/// running ones.
/// </summary>
/// <param name="Eps">Added to the variance.</param>
/// <param name="Momentum">The batch's share in the running statistics.</param>
public sealed record BatchNorm2d(float Eps = 1e-5f, float Momentum = 0.1f) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => Eps > 0 && Momentum is >= 0 and <= 1
        ? inputs[0]
        : throw new ShapeException($"eps {Eps}, momentum {Momentum}: eps must be positive, momentum between 0 and 1");

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        int[] channels = [inputs[0].Channels];
        return
        [
            new($"{path}.weight", channels, Initializer.Ones),
            new($"{path}.bias", channels, Initializer.Zeros),
            new($"{path}.running_mean", channels, Initializer.Zeros, IsBuffer: true),
            new($"{path}.running_var", channels, Initializer.Ones, IsBuffer: true),
            new($"{path}.num_batches_tracked", [], Initializer.Zeros, IsBuffer: true),
        ];
    }
}
