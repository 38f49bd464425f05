namespace Lanewise;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015), (N, C, H, W) → (N, C, H, W): y = (x − mean) / √(var + Eps) · weight + bias, channel by
/// channel. In training mean and var are those of the batch (var biased: divided by N·H·W), and the running statistics are updated as
/// running ← (1 − Momentum) · running + Momentum · batch, with the unbiased variance, as in PyTorch. In evaluation they are the running
/// statistics.
/// </summary>
/// <param name="Eps">Added to the variance.</param>
/// <param name="Momentum">Weight of the batch in the running statistics.</param>
public sealed record BatchNorm2d(float Eps = 1e-5f, float Momentum = 0.1f) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => Eps > 0 && Momentum is >= 0 and <= 1
        ? inputs[0]
        : throw new ShapeException($"eps {Eps}, momentum {Momentum}: eps must be positive, momentum between 0 and 1");

    internal static BatchNorm2d Read(AttributeReader from) => new(from.Float("eps"), from.Float("momentum"));

    internal override void Write(AttributeWriter to)
    {
        to.Write("eps", Eps);
        to.Write("momentum", Momentum);
    }

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        int[] channels = [inputs[0].Channels];
        return
        [
            new($"{path}.weight", channels, Initializer.Ones),
            new($"{path}.bias", channels, Initializer.Zeros),
            new($"{path}.running_mean", channels, Initializer.Zeros, IsBuffer: true),
            new($"{path}.running_var", channels, Initializer.Ones, IsBuffer: true),
            new($"{path}.num_batches_tracked", [], Initializer.Zeros, IsBuffer: true) { IsOptional = true },
        ];
    }
}
