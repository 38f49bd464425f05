using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Lanewise.Kernels;

/// <summary>Four floats: NEON or SSE.</summary>
internal readonly unsafe struct Lane4 : ILane<Vector128<float>>
{
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static int Registers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AdvSimd.IsSupported || Avx512F.VL.IsSupported ? 32 : 16;
    }

    public static Vector128<float> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<float>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* p) => Vector128.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> v, float* p) => v.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Splat(float* p) => Vector128.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sqrt(Vector128<float> v) => Vector128.Sqrt(v);

    // MultiplyAddEstimate is one fused instruction where there is one, a multiplication and an addition elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fma(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> IfGreater(Vector128<float> a, Vector128<float> b, Vector128<float> x, Vector128<float> y) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> IfEqual(Vector128<float> a, Vector128<float> b, Vector128<float> x) =>
        Vector128.ConditionalSelect(Vector128.Equals(a, b), x, Vector128<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Scale(Vector128<float> v, Vector128<float> e) =>
        (v.AsInt32() + (Vector128.ConvertToInt32(e) << FloatBits.Mantissa)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exponent(Vector128<float> v) =>
        Vector128.ConvertToSingle((v.AsInt32() >> FloatBits.Mantissa) - Vector128.Create(FloatBits.Bias));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Mantissa(Vector128<float> v) =>
        ((v.AsInt32() & Vector128.Create(FloatBits.MantissaMask)) | Vector128.Create(FloatBits.One)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSum(Vector128<float> a, float* to, nint half)
    {
        var pairs = a + Vector128.Shuffle(a, Vector128.Create(2, 3, 0, 1));
        *to += pairs.GetElement(0) + pairs.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSums(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, float* to, nint half)
    {
        AddSum(a, to, 0);
        AddSum(b, to + 1, 0);
        AddSum(c, to + 2, 0);
        AddSum(d, to + 3, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, float* to, nint step)
    {
        for (int lane = 0; lane < 4; lane++, to += step)
        {
            (to[0], to[1], to[2], to[3]) = (a[lane], b[lane], c[lane], d[lane]);
        }
    }
}
