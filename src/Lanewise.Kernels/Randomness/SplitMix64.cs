namespace Lanewise.Kernels;

/// <summary>
/// A small random generator whose sequence is the same on every machine and in every version of .NET
/// (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
/// </summary>
internal struct SplitMix64(ulong seed)
{
    /// <summary>The increment of the state per number: the odd number nearest to 2⁶⁴ / φ.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>Gets the next 64 random bits.</summary>
    public ulong Next() => Mix(_state += Increment);

    /// <summary>Mixes a state, so that neighbouring states yield unrelated numbers.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Gets the next number, uniform in [0, 1), of 24 bits.</summary>
    public float NextSingle() => Single(Next());

    /// <summary>Converts the upper 24 of 64 random bits to a number in [0, 1).</summary>
    public static float Single(ulong bits) => (bits >> 40) * (1f / (1 << 24));

    /// <summary>Gets the next number, normal with mean 0 and standard deviation 1 (Box and Muller 1958).</summary>
    public float NextNormal()
    {
        // Never the logarithm of zero.
        double radius = Math.Sqrt(-2 * FixedMath.Log(((Next() >> 11) + 0.5) / (1L << 53)));
        return (float)(radius * FixedMath.Cos(2 * Math.PI * ((Next() >> 11) / (double)(1L << 53))));
    }

    /// <summary>Gets the next integer, uniform in 0 … count − 1; the bias, 2⁻⁶⁴ · count, is negligible.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);
}
