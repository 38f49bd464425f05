namespace Lanewise.Kernels;

/// <summary>How a convolution and its gradients are computed.</summary>
internal enum ConvAlgorithm
{
    /// <summary>By Winograd's way where it pays.</summary>
    Auto,

    /// <summary>As the sum over all taps, always.</summary>
    Direct,

    /// <summary>By Winograd's way wherever it can do it: F(4,3) and F(2,5).</summary>
    Winograd,

    /// <summary>The same with F(2,3) for 3×3 taps, which saves less and loses less precision.</summary>
    WinogradSmall,

    /// <summary>By Winograd's way along the rows only, wherever it can do it: F(6,3) and F(4,5).</summary>
    WinogradRows,
}
