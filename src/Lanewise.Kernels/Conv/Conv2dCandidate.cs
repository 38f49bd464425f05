using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>An algorithm for a convolution.</summary>
/// <param name="Form">The form of Winograd; null for the direct sum.</param>
/// <param name="Cost">The estimated time for one image, in units of one MAC of the direct sum.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Conv2dCandidate(WinogradForm? Form, double Cost);
