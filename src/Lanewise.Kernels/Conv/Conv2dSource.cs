using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>One convolution that contributes to the gradient to an input.</summary>
/// <param name="Geometry">The convolution.</param>
/// <param name="Gradient">The gradient to its output.</param>
/// <param name="Weights">The first float of its packed weights.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Conv2dSource(Conv2dGeometry Geometry, Planes Gradient, int Weights);
