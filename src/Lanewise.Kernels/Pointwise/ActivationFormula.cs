using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The elementwise functions of <see cref="Activation{L, V}"/>, with the numbers A and B.</summary>
internal enum ActivationKind
{
    /// <summary>x where x &gt; 0, otherwise A · x.</summary>
    LeakyReLU,

    /// <summary>min(B, max(A, x)).</summary>
    Hardtanh,

    /// <summary>1 / (1 + exp(−x)).</summary>
    Sigmoid,

    /// <summary>max(0, min(1, A · x + B)).</summary>
    Hardsigmoid,

    /// <summary>x · min(6, max(0, x + 3)) / 6.</summary>
    Hardswish,

    /// <summary>x / (1 + exp(−x)).</summary>
    SiLU,

    /// <summary>A · x + B.</summary>
    Rescaling,
}

/// <summary>An elementwise function with its numbers.</summary>
/// <param name="Kind">The function.</param>
/// <param name="A">Its first number; 0 if it has none.</param>
/// <param name="B">Its second number; 0 if it has none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ActivationFormula(ActivationKind Kind, float A = 0, float B = 0);
