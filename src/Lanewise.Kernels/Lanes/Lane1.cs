using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>One float: the scalar fallback for a processor, or a runtime setting, without vectors.</summary>
internal readonly unsafe struct Lane1 : ILane<float>
{
    public static int Width => 1;

    public static int Registers => 16;

    public static float Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* p) => *p;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float v, float* p) => *p = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Splat(float* p) => *p;

    public static float Create(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float a, float b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float v) => MathF.Sqrt(v);

    // Not fused: without the instruction, a fused product is a slow library call.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fma(float a, float b, float c) => a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float a, float b) => a > b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float IfGreater(float a, float b, float x, float y) => a > b ? x : y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float IfEqual(float a, float b, float x) => a == b ? x : 0;

    public static float Scale(float v, float e) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(v) + ((int)e << FloatBits.Mantissa));

    public static float Exponent(float v) => (BitConverter.SingleToInt32Bits(v) >> FloatBits.Mantissa) - FloatBits.Bias;

    public static float Mantissa(float v) =>
        BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(v) & FloatBits.MantissaMask) | FloatBits.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSum(float a, float* to, nint half) => *to += a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSums(float a, float b, float c, float d, float* to, nint half)
    {
        to[0] += a;
        to[1] += b;
        to[2] += c;
        to[3] += d;
    }

    public static void StoreTransposed(float a, float b, float c, float d, float* to, nint step) =>
        throw new NotSupportedException("there is nothing to transpose with one lane");
}
