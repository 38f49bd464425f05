namespace Lanewise.Engine;

/// <summary>
/// Selects how convolutions and their gradients are computed. F(m,r) is Winograd's minimal filtering: m outputs of an r-tap filter from
/// m + r − 1 products (Winograd 1980; Lavin and Gray 2015). It applies to square 3×3 and 5×5 kernels with stride 1 and dilation 1; every
/// other convolution is computed directly.
/// </summary>
public enum Conv2dAlgorithm
{
    /// <summary>Chooses layer by layer: Winograd where it is estimated to be faster, the direct sum elsewhere (the default).</summary>
    Auto,

    /// <summary>Computes every convolution as the direct sum over all kernel positions, which rounds least.</summary>
    Direct,

    /// <summary>Uses 2-D Winograd wherever it applies: F(4×4,3×3) and F(2×2,5×5).</summary>
    Winograd,

    /// <summary>Uses 2-D Winograd F(2×2,3×3) and 1-D Winograd F(2,5) wherever they apply: fewer MACs saved, less precision lost.</summary>
    WinogradSmall,

    /// <summary>Uses 1-D Winograd, along the rows, wherever it applies: F(6,3) and F(4,5).</summary>
    WinogradRows,
}
