using Lanewise.Kernels;

namespace Lanewise.Data.Digits;

/// <summary>
/// The random numbers of one drawing, started from a seed and an index,
/// so that image 12,345 is the same whichever thread draws it and whatever was drawn before.
/// </summary>
internal struct DigitRandom
{
    private SplitMix64 _bits;

    /// <summary>Starts the stream of drawing <paramref name="index"/> under <paramref name="seed"/>.</summary>
    public DigitRandom(ulong seed, ulong index)
    {
        ulong drawing = new SplitMix64(seed).Next() ^ index;
        _bits = new SplitMix64(new SplitMix64(drawing).Next());
    }

    /// <summary>A number in [0, 1).</summary>
    public float Uniform() => _bits.NextSingle();

    /// <summary>A number in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public float Uniform(float from, float to) => from + (to - from) * Uniform();

    /// <summary>
    /// A bell-shaped number of mean 0, standard deviation <paramref name="deviation"/>, never beyond 3.5 of them:
    /// the sum of four uniform ones, which needs no logarithm and so has the same bits on every machine.
    /// </summary>
    public float Bell(float deviation) => (Uniform() + Uniform() + Uniform() + Uniform() - 2f) * 1.7320508f * deviation;

    /// <summary>A whole number in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)((_bits.Next() >> 32) * (ulong)count >> 32);
}
