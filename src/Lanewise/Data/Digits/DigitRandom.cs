namespace Lanewise.Data.Digits;

/// <summary>
/// The random numbers of one drawing: SplitMix64 (Steele, Lea and Flood, 2014), started from a seed and an index,
/// so that image 12,345 is the same whichever thread draws it and whatever was drawn before.
/// </summary>
internal struct DigitRandom
{
    private ulong _state;

    /// <summary>Starts the stream of drawing <paramref name="index"/> under <paramref name="seed"/>.</summary>
    public DigitRandom(ulong seed, ulong index)
    {
        _state = seed;
        _state = NextBits() ^ index;
        _state = NextBits();
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1).</summary>
    public float Uniform() => (NextBits() >> 40) * (1f / (1 << 24));

    /// <summary>A number in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public float Uniform(float from, float to) => from + (to - from) * Uniform();

    /// <summary>
    /// A bell-shaped number of mean 0, standard deviation <paramref name="deviation"/>, never beyond 3.5 of them:
    /// the sum of four uniform ones, which needs no logarithm and so has the same bits on every machine.
    /// </summary>
    public float Bell(float deviation) => (Uniform() + Uniform() + Uniform() + Uniform() - 2f) * 1.7320508f * deviation;

    /// <summary>A whole number in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)((NextBits() >> 32) * (ulong)count >> 32);
}
