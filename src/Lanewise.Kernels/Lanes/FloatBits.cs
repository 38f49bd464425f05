namespace Lanewise.Kernels;

/// <summary>The bits of a float (IEEE 754 binary32).</summary>
internal static class FloatBits
{
    /// <summary>The number of bits of the mantissa.</summary>
    public const int Mantissa = 23;

    /// <summary>What is added to the exponent.</summary>
    public const int Bias = 127;

    /// <summary>The bits of the mantissa.</summary>
    public const int MantissaMask = (1 << Mantissa) - 1;

    /// <summary>The bits of 1.</summary>
    public const int One = Bias << Mantissa;
}
