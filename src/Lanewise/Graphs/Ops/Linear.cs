namespace Lanewise.Graphs;

/// <summary>y = W·x + b on a flattened activation: (F, 1, 1) → (OutFeatures, 1, 1).</summary>
/// <param name="OutFeatures">Outputs.</param>
/// <param name="Bias">Whether each output has a bias.</param>
public sealed record Linear(int OutFeatures, bool Bias) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        if (inputs[0].Pixels != 1)
        {
            throw new ShapeException($"the input is {inputs[0]}, not a row of features; put .Flatten() before it");
        }

        return OutFeatures < 1 ? throw new ShapeException($"{OutFeatures} output features; at least 1 is needed") : new(OutFeatures, 1, 1);
    }

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        float bound = ParameterSpec.DefaultBound(inputs[0].Channels);
        ParameterSpec weight = new($"{path}.weight", [OutFeatures, inputs[0].Channels], bound);
        return Bias ? [weight, new($"{path}.bias", [OutFeatures], bound)] : [weight];
    }

    internal override long MultiplyAdds(IReadOnlyList<Shape> inputs, Shape output) => (long)inputs[0].Channels * OutFeatures;
}
