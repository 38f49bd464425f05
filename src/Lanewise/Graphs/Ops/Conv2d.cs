namespace Lanewise.Graphs;

/// <summary>2-D convolution (cross-correlation), (C, H, W) → (K, P, Q) with P = ⌊(H + 2·padding − kernel) / stride⌋ + 1.</summary>
/// <param name="OutChannels">K, output channels.</param>
/// <param name="KernelHeight">Kernel rows.</param>
/// <param name="KernelWidth">Kernel columns.</param>
/// <param name="Stride">Step between outputs, in both directions.</param>
/// <param name="PaddingHeight">Zero rows above and below.</param>
/// <param name="PaddingWidth">Zero columns left and right.</param>
/// <param name="Bias">Whether each output channel has a bias.</param>
public sealed record Conv2d(int OutChannels, int KernelHeight, int KernelWidth, int Stride, int PaddingHeight, int PaddingWidth, bool Bias) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        Window.Check(x, KernelHeight, KernelWidth, Stride, PaddingHeight, PaddingWidth);
        if (OutChannels < 1)
        {
            throw new ShapeException($"{OutChannels} output channels; at least 1 is needed");
        }

        return new(OutChannels, Window.Outputs(x.Height, KernelHeight, Stride, PaddingHeight), Window.Outputs(x.Width, KernelWidth, Stride, PaddingWidth));
    }

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        int[] weight = [OutChannels, inputs[0].Channels, KernelHeight, KernelWidth];
        float bound = ParameterSpec.DefaultBound(inputs[0].Channels * KernelHeight * KernelWidth);
        return Bias
            ? [new($"{path}.weight", weight, bound), new($"{path}.bias", [OutChannels], bound)]
            : [new($"{path}.weight", weight, bound)];
    }

    internal override long MultiplyAdds(IReadOnlyList<Shape> inputs, Shape output) =>
        (long)output.Count * inputs[0].Channels * KernelHeight * KernelWidth;
}
