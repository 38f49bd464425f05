using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lanewise.Kernels;

/// <summary>Sixteen floats: AVX-512.</summary>
internal readonly unsafe struct Lane16 : ILane<Vector512<float>>
{
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    public static int Registers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 32;
    }

    public static Vector512<float> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<float>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* p) => Vector512.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> v, float* p) => v.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Splat(float* p) => Vector512.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sqrt(Vector512<float> v) => Vector512.Sqrt(v);

    // MultiplyAddEstimate is one fused instruction where there is one, a multiplication and an addition elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> IfGreater(Vector512<float> a, Vector512<float> b, Vector512<float> x, Vector512<float> y) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> IfEqual(Vector512<float> a, Vector512<float> b, Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.Equals(a, b), x, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> v, Vector512<float> e) =>
        (v.AsInt32() + (Vector512.ConvertToInt32(e) << FloatBits.Mantissa)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exponent(Vector512<float> v) =>
        Vector512.ConvertToSingle((v.AsInt32() >> FloatBits.Mantissa) - Vector512.Create(FloatBits.Bias));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Mantissa(Vector512<float> v) =>
        ((v.AsInt32() & Vector512.Create(FloatBits.MantissaMask)) | Vector512.Create(FloatBits.One)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSum(Vector512<float> a, float* to, nint half)
    {
        Lane8.AddSum(a.GetLower(), to, 0);
        Lane8.AddSum(a.GetUpper(), to + half, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint half)
    {
        // Four vectors are transposed within their 128-bit quarters while they are added.
        var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        var abcd = Avx512F.Shuffle(ab, cd, 0x44) + Avx512F.Shuffle(ab, cd, 0xEE);
        Lane8.AddQuarters(abcd.GetLower(), to);
        Lane8.AddQuarters(abcd.GetUpper(), to + half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint step)
    {
        Lane8.StoreTransposed(a.GetLower(), b.GetLower(), c.GetLower(), d.GetLower(), to, step);
        Lane8.StoreTransposed(a.GetUpper(), b.GetUpper(), c.GetUpper(), d.GetUpper(), to + 8 * step, step);
    }
}
