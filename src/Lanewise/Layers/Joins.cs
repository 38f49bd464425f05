namespace Lanewise;

/// <summary>The layers without parameters that reshape, join or clip.</summary>
public static class JoinLayers
{
    /// <summary>Adds max(0, x), elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor ReLU(this SymbolicTensor x) => x.Then(new ReLU());

    /// <summary>Adds (N, C, H, W) → (N, C·H·W, 1, 1).</summary>
    public static SymbolicTensor Flatten(this SymbolicTensor x) => x.Then(new Flatten());

    /// <summary>Adds x + other; both have one shape.</summary>
    /// <exception cref="LanewiseException">The shapes differ.</exception>
    public static SymbolicTensor Add(this SymbolicTensor x, SymbolicTensor other) => x.Then(new Add(), others: other);

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
