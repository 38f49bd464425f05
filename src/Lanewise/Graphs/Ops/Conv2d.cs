namespace Lanewise.Graphs;

/// <summary>
/// 2-D convolution (cross-correlation), (C, H, W) → (K, P, Q) with
/// P = ⌊(H + padding above and below − dilation·(kernel − 1) − 1) / stride⌋ + 1.
/// </summary>
/// <param name="OutChannels">K, output channels.</param>
/// <param name="KernelHeight">Kernel rows.</param>
/// <param name="KernelWidth">Kernel columns.</param>
/// <param name="Stride">Step between outputs, in both directions.</param>
/// <param name="Padding">Zero rows and columns around the image.</param>
/// <param name="Bias">Whether each output channel has a bias.</param>
/// <param name="Dilation">Step between the inputs of one output, in both directions.</param>
/// <param name="Groups">In how many parts the channels are cut, each convolved by itself; it divides C and K.</param>
public sealed record Conv2d(
    int OutChannels, int KernelHeight, int KernelWidth, int Stride, Padding Padding, bool Bias, int Dilation = 1, int Groups = 1) : Op
{
    /// <summary>How the weights begin; null for PyTorch's default.</summary>
    public Initializer? Initial { get; init; }

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        if (OutChannels < 1)
        {
            throw new ShapeException($"{OutChannels} output channels; at least 1 is needed");
        }

        if (Groups < 1 || x.Channels % Groups != 0 || OutChannels % Groups != 0)
        {
            throw new ShapeException($"{Groups} groups do not divide {x.Channels} input and {OutChannels} output channels; choose a number that divides both");
        }

        var (rows, columns) = (Window.Rows(this), Window.Columns(this));
        Window.Check(x, rows, columns);
        return new(OutChannels, rows.Outputs(x.Height), columns.Outputs(x.Width));
    }

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        int[] dimensions = [OutChannels, inputs[0].Channels / Groups, KernelHeight, KernelWidth];
        var ordinary = Initializer.Default(dimensions[1] * KernelHeight * KernelWidth);
        ParameterSpec weight = new($"{path}.weight", dimensions, Initial ?? ordinary);
        return Bias ? [weight, new($"{path}.bias", [OutChannels], ordinary)] : [weight];
    }

    internal override long Macs(IReadOnlyList<Shape> inputs, Shape output) =>
        (long)output.Count * (inputs[0].Channels / Groups) * KernelHeight * KernelWidth;
}
