using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// The hyperparameters of local response normalization: y[c] = x[c] / (K + Alpha / Size · Σ x[i]²)^Beta over Size neighbouring channels.
/// </summary>
/// <param name="Size">The channels of a sum, from c − ⌊Size / 2⌋ on.</param>
/// <param name="Alpha">The weight of the sum.</param>
/// <param name="Beta">The exponent.</param>
/// <param name="K">Added to the sum.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ResponseNorm(int Size, float Alpha, float Beta, float K);
