namespace Lanewise.Kernels;

/// <summary>
/// A small random generator whose sequence is the same on every machine and in every version of .NET
/// (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
/// </summary>
internal struct SplitMix64(ulong seed)
{
    /// <summary>What the state grows by with each number: the odd number nearest to 2⁶⁴ / φ.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += Increment);

    /// <summary>Spreads a state over 64 bits: neighbouring states give unlike numbers.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float NextSingle() => Single(Next());

    /// <summary>The upper 24 of 64 random bits as a number in [0, 1).</summary>
    public static float Single(ulong bits) => (bits >> 40) * (1f / (1 << 24));

    /// <summary>Normal with mean 0 and standard deviation 1 (Box and Muller 1958).</summary>
    public float NextNormal()
    {
        // In double: the same on every machine to the last bit of a float, and never the logarithm of zero.
        double radius = Math.Sqrt(-2 * Math.Log(((Next() >> 11) + 0.5) / (1L << 53)));
        return (float)(radius * Math.Cos(2 * Math.PI * ((Next() >> 11) / (double)(1L << 53))));
    }

    /// <summary>Uniform in 0 … count − 1, without bias that could matter (2⁻⁶⁴ · count).</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);
}
