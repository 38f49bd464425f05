using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lanewise.Kernels;

/// <summary>Eight floats: AVX2; with 32 registers where AVX-512VL is supported.</summary>
internal readonly unsafe struct Lane8 : ILane<Vector256<float>>
{
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static int Registers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.VL.IsSupported ? 32 : 16;
    }

    public static Vector256<float> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<float>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* p) => Vector256.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> v, float* p) => v.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Splat(float* p) => Vector256.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sqrt(Vector256<float> v) => Vector256.Sqrt(v);

    // MultiplyAddEstimate is one fused instruction where there is one, a multiplication and an addition elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> IfGreater(Vector256<float> a, Vector256<float> b, Vector256<float> x, Vector256<float> y) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> IfEqual(Vector256<float> a, Vector256<float> b, Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.Equals(a, b), x, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(Vector256<float> v, Vector256<float> e) =>
        (v.AsInt32() + (Vector256.ConvertToInt32(e) << FloatBits.Mantissa)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exponent(Vector256<float> v) =>
        Vector256.ConvertToSingle((v.AsInt32() >> FloatBits.Mantissa) - Vector256.Create(FloatBits.Bias));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Mantissa(Vector256<float> v) =>
        ((v.AsInt32() & Vector256.Create(FloatBits.MantissaMask)) | Vector256.Create(FloatBits.One)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSum(Vector256<float> a, float* to, nint half)
    {
        Lane4.AddSum(a.GetLower(), to, 0);
        Lane4.AddSum(a.GetUpper(), to, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* to, nint half)
    {
        // Four vectors are transposed within their 128-bit halves while they are added.
        var ab = Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);
        var cd = Avx.UnpackLow(c, d) + Avx.UnpackHigh(c, d);
        AddQuarters(Avx.Shuffle(ab, cd, 0x44) + Avx.Shuffle(ab, cd, 0xEE), to);
    }

    /// <summary>Adds the lower four floats, then the upper four, to four neighbouring floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddQuarters(Vector256<float> v, float* to) => (Vector128.Load(to) + v.GetLower() + v.GetUpper()).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* to, nint step)
    {
        // Transposed within the 128-bit halves.
        Vector256<float> ab = Avx.UnpackLow(a, b), cd = Avx.UnpackLow(c, d), ef = Avx.UnpackHigh(a, b), gh = Avx.UnpackHigh(c, d);
        Store(Avx.Shuffle(ab, cd, 0x44), to, 4 * step);
        Store(Avx.Shuffle(ab, cd, 0xEE), to + step, 4 * step);
        Store(Avx.Shuffle(ef, gh, 0x44), to + 2 * step, 4 * step);
        Store(Avx.Shuffle(ef, gh, 0xEE), to + 3 * step, 4 * step);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Store(Vector256<float> v, float* to, nint step)
        {
            v.GetLower().Store(to);
            v.GetUpper().Store(to + step);
        }
    }
}
