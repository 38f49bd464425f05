using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>A convolution as its input's gradient sees it.</summary>
/// <param name="Geometry">The convolution.</param>
/// <param name="Gradient">The gradient to its output.</param>
/// <param name="Weights">Where its packed weights begin.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Conv2dSource(Conv2dGeometry Geometry, Planes Gradient, int Weights);
