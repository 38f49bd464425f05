namespace Lanewise;

/// <summary>
/// 2-D convolution (cross-correlation), (N, C, H, W) → (N, K, P, Q) with
/// P = ⌊(H + padding above and below − dilation·(kernel height − 1) − 1) / stride⌋ + 1, and Q likewise.
/// </summary>
/// <param name="OutChannels">K, output channels.</param>
/// <param name="KernelSize">Kernel rows and columns.</param>
/// <param name="Stride">Step between outputs.</param>
/// <param name="Padding">Zero rows and columns around the image.</param>
/// <param name="Bias">Whether each output channel has a bias.</param>
public sealed record Conv2d(int OutChannels, Size2d KernelSize, Size2d Stride, Padding Padding, bool Bias) : Op
{
    /// <summary>Step between the inputs of one output; 1 by default.</summary>
    public Size2d Dilation { get; init; } = 1;

    /// <summary>
    /// Number of groups that the channels are divided into, each convolved separately; a divisor of C and K, 1 by default.
    /// </summary>
    public int Groups { get; init; } = 1;

    /// <summary>Initial distribution of the weights; null for PyTorch's default.</summary>
    public Initializer? Initial { get; init; }

    /// <inheritdoc/>
    internal override Window? Window => new(KernelSize, Stride, Padding, Dilation, CeilMode: false);

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        if (OutChannels < 1)
        {
            throw new ShapeException($"{OutChannels} output channels; at least 1 is needed");
        }

        if (Groups < 1 || x.Channels % Groups != 0 || OutChannels % Groups != 0)
        {
            throw new ShapeException(
                $"{Groups} groups do not divide {x.Channels} input and {OutChannels} output channels; choose a number that divides both");
        }

        var outputs = Window!.Value.Outputs(x);
        return new(OutChannels, outputs.Height, outputs.Width);
    }

    internal static Conv2d Read(AttributeReader from) => new(
        from.Int("out_channels"), from.Size("kernel_size"), from.Size("stride"), from.Padding("padding"), from.Bool("bias"))
    {
        Dilation = from.Size("dilation"),
        Groups = from.Int("groups"),
        Initial = from.Initializer("initial"),
    };

    internal override void Write(AttributeWriter to)
    {
        to.Write("out_channels", OutChannels);
        to.Write("kernel_size", KernelSize);
        to.Write("stride", Stride);
        to.Write("padding", Padding);
        to.Write("dilation", Dilation);
        to.Write("groups", Groups);
        to.Write("bias", Bias);
        to.Write("initial", Initial);
    }

    internal override IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs)
    {
        int[] dimensions = [OutChannels, inputs[0].Channels / Groups, KernelSize.Height, KernelSize.Width];
        var byDefault = Initializer.Default(dimensions[1] * KernelSize.Height * KernelSize.Width);
        ParameterSpec weight = new($"{path}.weight", dimensions, Initial ?? byDefault);
        return Bias ? [weight, new($"{path}.bias", [OutChannels], byDefault)] : [weight];
    }

    internal override long Macs(IReadOnlyList<Shape> inputs, Shape output) =>
        (long)output.Count * (inputs[0].Channels / Groups) * KernelSize.Height * KernelSize.Width;
}
