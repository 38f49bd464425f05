using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Exponential and logarithm of lanes as fixed sequences of operations, so that their bits are the same at every lane width, on every
/// processor with fused multiply-add and in every version of .NET.
/// </summary>
internal static class LaneMath<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    // ln 2 in two parts; the product of the first with a whole number below 2⁹ is exact.
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    // Adding and subtracting it rounds to a whole number.
    private const float Rounder = 12582912f;

    /// <summary>eˣ, to two units in the last place; 0 where it would be no normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        const float Min = -87.3365f, Max = 88.7228f;
        V low = L.Create(Min), high = L.Create(Max), rounder = L.Create(Rounder);
        V inside = L.IfGreater(low, x, low, L.IfGreater(x, high, high, x));
        V power = L.Subtract(L.Add(L.Multiply(inside, L.Create(Log2E)), rounder), rounder);
        V rest = L.Fma(power, L.Create(-Ln2Low), L.Fma(power, L.Create(-Ln2High), inside));
        V sum = L.Create(1f / 5040);
        sum = L.Fma(sum, rest, L.Create(1f / 720));
        sum = L.Fma(sum, rest, L.Create(1f / 120));
        sum = L.Fma(sum, rest, L.Create(1f / 24));
        sum = L.Fma(sum, rest, L.Create(1f / 6));
        sum = L.Fma(sum, rest, L.Create(0.5f));
        sum = L.Fma(sum, rest, L.Create(1));
        sum = L.Fma(sum, rest, L.Create(1));
        // Two powers of two, because 2¹²⁸ is no float.
        V first = L.Subtract(L.Add(L.Multiply(power, L.Create(0.5f)), rounder), rounder);
        V result = L.Multiply(L.Scale(sum, first), L.Scale(L.Create(1), L.Subtract(power, first)));
        result = L.IfGreater(low, x, L.Zero, result);
        return L.IfGreater(x, high, L.Create(float.PositiveInfinity), result);
    }

    /// <summary>ln x, to two units in the last place or of 1; −∞ for 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x)
    {
        const float MinNormal = 1.17549435e-38f, Scale = 1 << FloatBits.Mantissa, Sqrt2 = 1.41421356f;
        V one = L.Create(1), smallest = L.Create(MinNormal);
        V normal = L.IfGreater(smallest, x, L.Multiply(x, L.Create(Scale)), x);
        V shift = L.IfGreater(smallest, x, L.Create(FloatBits.Mantissa), L.Zero);
        V mantissa = L.Mantissa(normal), exponent = L.Subtract(L.Exponent(normal), shift);
        V limit = L.Create(Sqrt2);
        exponent = L.IfGreater(mantissa, limit, L.Add(exponent, one), exponent);
        mantissa = L.IfGreater(mantissa, limit, L.Multiply(mantissa, L.Create(0.5f)), mantissa);
        // ln m = 2 · artanh((m − 1) / (m + 1))
        V s = L.Divide(L.Subtract(mantissa, one), L.Add(mantissa, one)), square = L.Multiply(s, s);
        V sum = L.Create(2f / 9);
        sum = L.Fma(sum, square, L.Create(2f / 7));
        sum = L.Fma(sum, square, L.Create(2f / 5));
        sum = L.Fma(sum, square, L.Create(2f / 3));
        sum = L.Fma(sum, square, L.Create(2));
        V result = L.Fma(exponent, L.Create(Ln2High), L.Fma(sum, s, L.Multiply(exponent, L.Create(Ln2Low))));
        V special = L.Add(x, L.IfEqual(x, L.Zero, L.Create(float.NegativeInfinity)));
        special = L.IfGreater(L.Zero, x, L.Create(float.NaN), special);
        result = L.IfGreater(x, L.Create(float.MaxValue), x, result);
        return L.IfGreater(x, L.Zero, result, special);
    }
}
