namespace Lanewise.Kernels;

/// <summary>How a convolution and the gradient to its input are computed.</summary>
public enum Conv2dAlgorithm
{
    /// <summary>By Winograd's way where it pays.</summary>
    Auto,

    /// <summary>As the sum over all taps, always.</summary>
    Direct,

    /// <summary>By Winograd's way wherever it can do it.</summary>
    Winograd,
}
