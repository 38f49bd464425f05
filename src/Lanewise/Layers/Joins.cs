namespace Lanewise;

/// <summary>The layers without parameters that reshape, repeat, pad, join or clip.</summary>
public static class JoinLayers
{
    /// <summary>Adds max(0, x), elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor ReLU(this SymbolicTensor x) => x.Then(new ReLU());

    /// <summary>Adds (N, C, H, W) → (N, C·H·W, 1, 1).</summary>
    public static SymbolicTensor Flatten(this SymbolicTensor x) => x.Then(new Flatten());

    /// <summary>Adds x + other; both have one shape.</summary>
    /// <exception cref="LanewiseException">The shapes differ.</exception>
    public static SymbolicTensor Add(this SymbolicTensor x, SymbolicTensor other) => x.Then(new Add(), others: other);

    /// <summary>Adds x · other, elementwise; both have one shape.</summary>
    /// <exception cref="LanewiseException">The shapes differ.</exception>
    public static SymbolicTensor Mul(this SymbolicTensor x, SymbolicTensor other) => x.Then(new Mul(), others: other);

    /// <summary>
    /// Adds x · other, elementwise. Where one of the two has 1 channel, row or column and the other has more, it is repeated by
    /// <see cref="Expand"/>: (N, C, H, W) times (N, C, 1, 1) is the gate of squeeze-and-excitation.
    /// </summary>
    /// <exception cref="LanewiseException">The shapes do not fit.</exception>
    public static SymbolicTensor Multiply(this SymbolicTensor x, SymbolicTensor other)
    {
        var (a, b) = (x.Shape, other.Shape);
        Shape shape = new(Math.Max(a.Channels, b.Channels), Math.Max(a.Height, b.Height), Math.Max(a.Width, b.Width));
        return Repeated(x).Mul(Repeated(other));

        SymbolicTensor Repeated(SymbolicTensor tensor) => tensor.Shape == shape ? tensor : tensor.Expand(shape);
    }

    /// <summary>Repeats the only channel, row or column, (N, C or 1, H or 1, W or 1) → (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="shape">C×H×W.</param>
    /// <exception cref="LanewiseException">Channels, height or width differ where the input has more than 1.</exception>
    public static SymbolicTensor Expand(this SymbolicTensor x, Shape shape) => x.Then(new Expand(shape));

    /// <summary>
    /// Adds rows and columns of one value around the image,
    /// (N, C, H, W) → (N, C, H + rows above and below, W + columns to the left and right).
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="padding">Rows and columns around the image.</param>
    /// <param name="value">Their value; may be −∞, which is never the maximum of a max pooling.</param>
    /// <exception cref="LanewiseException">The padding is negative, or the value is not a number.</exception>
    public static SymbolicTensor ConstantPad2d(this SymbolicTensor x, Padding padding, double value = 0) =>
        x.Then(new ConstantPad2d(padding, (float)value));

    /// <summary>Concatenates along the channels, (N, C₁, H, W), (N, C₂, H, W), … → (N, C₁ + C₂ + …, H, W).</summary>
    /// <exception cref="LanewiseException">Heights or widths differ.</exception>
    public static SymbolicTensor Concat(this SymbolicTensor x, params ReadOnlySpan<SymbolicTensor> others) =>
        x.Then(new Concat(), null, others);

    /// <summary>
    /// Adds the parameter-free shortcut (He et al. 2015, option A), (N, C, H, W) → (N, outChannels, ⌈H / stride⌉, ⌈W / stride⌉).
    /// </summary>
    /// <exception cref="LanewiseException">There are fewer output channels than input channels.</exception>
    public static SymbolicTensor IdentityShortcut(this SymbolicTensor x, int outChannels, Size2d stride) =>
        x.Then(new IdentityShortcut(outChannels, stride));
}
