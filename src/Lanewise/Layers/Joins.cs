using Lanewise.Graphs;

namespace Lanewise.Layers;

/// <summary>Layers without parameters.</summary>
public static class JoinLayers
{
    /// <summary>Adds max(0, x).</summary>
    public static SymbolicTensor ReLU(this SymbolicTensor x) => x.Then(new ReLU());

    /// <summary>Adds (C, H, W) → (C·H·W, 1, 1).</summary>
    public static SymbolicTensor Flatten(this SymbolicTensor x) => x.Then(new Flatten());

    /// <summary>Adds x + other, of one shape.</summary>
    /// <exception cref="LanewiseException">The shapes differ.</exception>
    public static SymbolicTensor Add(this SymbolicTensor x, SymbolicTensor other) => x.Then(new Add(), others: other);

    /// <summary>Puts x and the others one behind the other along the channels.</summary>
    /// <exception cref="LanewiseException">Their heights or widths differ.</exception>
    public static SymbolicTensor Concat(this SymbolicTensor x, params ReadOnlySpan<SymbolicTensor> others) => x.Then(new Concat(), null, others);

    /// <summary>Adds the parameter-free shortcut (He et al. 2015, option A), (C, H, W) → (outChannels, ⌈H / stride⌉, ⌈W / stride⌉).</summary>
    /// <exception cref="LanewiseException">There would be fewer channels than come in.</exception>
    public static SymbolicTensor IdentityShortcut(this SymbolicTensor x, int outChannels, int stride) => x.Then(new IdentityShortcut(outChannels, stride));
}
