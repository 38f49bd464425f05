using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>An algorithm for a convolution or one of its gradients.</summary>
/// <param name="Name">Its name: <c>direct</c>, <c>F(4×4,3×3)</c>, <c>F(6,3) rows</c>.</param>
/// <param name="Form">The form of Winograd; null for the direct sum.</param>
/// <param name="Cost">The estimated time for one image, in units of one MAC of the direct sum.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Conv2dCandidate(string Name, WinogradForm? Form, double Cost)
{
    /// <summary>The direct sum.</summary>
    public static Conv2dCandidate Direct(double cost) => new("direct", null, cost);

    /// <summary>A form of Winograd.</summary>
    /// <param name="form">The form.</param>
    /// <param name="geometry">The convolution.</param>
    /// <param name="cost">The estimated time.</param>
    public static Conv2dCandidate Winograd(WinogradForm form, Conv2dGeometry geometry, double cost) =>
        new(form.Name(geometry.Rows.Kernel), form, cost);
}
