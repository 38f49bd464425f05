using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// What a convolution does to its sums: add, mask, ReLU and max pooling before they are written, in this order; or add before and another
/// activation right after. The default does nothing.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Epilogue
{
    /// <summary>The activation that is added to the sum (a shortcut, or the output itself to accumulate); null for none.</summary>
    public Planes? Add { get; init; }

    /// <summary>The activation that masks the sum, which is zero where it is not positive (the gradient of ReLU); null for none.</summary>
    public Planes? Mask { get; init; }

    /// <summary>Whether max(0, ·) is applied to the sum.</summary>
    public bool ReLU { get; init; }

    /// <summary>The function that is applied to what was just written; null for none. Not with pooling.</summary>
    public ActivationFormula? Activation { get; init; }

    /// <summary>The max pooling whose result is written instead of the sums; null for none.</summary>
    public PoolCall? Pool { get; init; }
}
