namespace Lanewise;

/// <summary>y = W·x + b on a flattened input, (N, F, 1, 1) → (N, OutFeatures, 1, 1).</summary>
/// <param name="OutFeatures">Output features.</param>
/// <param name="Bias">Whether each output has a bias.</param>
public sealed record Linear(int OutFeatures, bool Bias) : Op
{
    /// <summary>Initial distribution of the weights; null for PyTorch's default.</summary>
    public Initializer? Initial { get; init; }

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        if (inputs[0].Pixels != 1)
        {
            throw new ShapeException($"the input is {inputs[0]}, not a row of features; put .Flatten() before it");
        }

        return OutFeatures < 1
            ? throw new ShapeException($"{OutFeatures} output features; at least 1 is needed")
            : new(OutFeatures, 1, 1);
    }

    internal static Linear Read(AttributeReader from) =>
        new(from.Int("out_features"), from.Bool("bias")) { Initial = from.Initializer("initial") };

    internal override void Write(AttributeWriter to)
    {
        to.Write("out_features", OutFeatures);
        to.Write("bias", Bias);
        to.Write("initial", Initial);
    }

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        var byDefault = Initializer.Default(inputs[0].Channels);
        ParameterSpec weight = new($"{path}.weight", [OutFeatures, inputs[0].Channels], Initial ?? byDefault);
        return Bias ? [weight, new($"{path}.bias", [OutFeatures], byDefault)] : [weight];
    }

    internal override long Macs(IReadOnlyList<Shape> inputs, Shape output) => (long)inputs[0].Channels * OutFeatures;
}
