using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The form of Winograd that computes a convolution.</summary>
/// <param name="AlongRows">Whether it is 1-D Winograd, along the rows, instead of 2-D.</param>
/// <param name="Side">The points in one dimension.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WinogradForm(bool AlongRows, int Side)
{
    /// <summary>F(2,3).</summary>
    public const int FourPoints = 4;

    /// <summary>F(4,3) and F(2,5).</summary>
    public const int SixPoints = 6;

    /// <summary>F(6,3) and F(4,5).</summary>
    public const int EightPoints = 8;

    /// <summary>Returns the name: F(m×m,r×r), or F(m,r) rows for 1-D Winograd.</summary>
    /// <param name="taps">The kernel size.</param>
    public string Name(int taps) =>
        AlongRows ? $"F({Side - taps + 1},{taps}) rows" : $"F({Side - taps + 1}×{Side - taps + 1},{taps}×{taps})";

    /// <summary>Whether Winograd applies: a square kernel of 3 or 5, stride 1, dilation 1, equal padding on all sides.</summary>
    public static bool Fits(Conv2dGeometry g) =>
        g.Rows == g.Columns && g.Rows is { Kernel: 3 or 5, Stride: 1, Dilation: 1 } axis && axis.Padding == axis.PaddingAfter
            && axis.Padding < axis.Kernel;

    /// <summary>Whether the windows of max pooling lie within tiles, so that a tile can be pooled before it is written.</summary>
    public bool CanPool(Conv2dGeometry geometry, ConvAxis pool) =>
        !AlongRows && pool.Kernel == pool.Stride && pool.Padding == 0 && (Side - geometry.Rows.Kernel + 1) % pool.Kernel == 0;
}
