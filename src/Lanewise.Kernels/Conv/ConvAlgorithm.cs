namespace Lanewise.Kernels;

/// <summary>Selects how a convolution and its gradients are computed; the public <c>Conv2dAlgorithm</c> maps to it.</summary>
internal enum ConvAlgorithm
{
    /// <summary>The one that <see cref="Conv2dPlanner"/> estimates to be the fastest.</summary>
    Auto,

    /// <summary>The sum over all taps.</summary>
    Direct,

    /// <summary>2-D Winograd wherever it applies: F(4×4,3×3) and F(2×2,5×5).</summary>
    Winograd,

    /// <summary>2-D Winograd F(2×2,3×3) and 1-D Winograd F(2,5): fewer products saved, less precision lost.</summary>
    WinogradSmall,

    /// <summary>1-D Winograd, along the rows, wherever it applies: F(6,3) and F(4,5).</summary>
    WinogradRows,
}
