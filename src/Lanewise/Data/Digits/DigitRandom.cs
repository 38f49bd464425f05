using Lanewise.Kernels;

namespace Lanewise.Data.Digits;

/// <summary>
/// The random numbers of one rendered digit, seeded by a seed and an index, so that image 12,345 is the same whichever thread
/// renders it and in whatever order.
/// </summary>
internal struct DigitRandom
{
    private SplitMix64 _bits;

    /// <summary>Starts the stream of image <paramref name="index"/> under <paramref name="seed"/>.</summary>
    public DigitRandom(ulong seed, ulong index)
    {
        ulong image = new SplitMix64(seed).Next() ^ index;
        _bits = new SplitMix64(new SplitMix64(image).Next());
    }

    /// <summary>Returns a uniform number in [0, 1).</summary>
    public float Uniform() => _bits.NextSingle();

    /// <summary>Returns a uniform number in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public float Uniform(float from, float to) => from + (to - from) * Uniform();

    /// <summary>
    /// Returns an approximately normal number with mean 0 and standard deviation <paramref name="deviation"/>, within 3.5 deviations:
    /// the sum of four uniform numbers, which needs no logarithm and is therefore bitwise identical on every machine.
    /// </summary>
    public float Bell(float deviation) => (Uniform() + Uniform() + Uniform() + Uniform() - 2f) * 1.7320508f * deviation;

    /// <summary>Returns a uniform integer in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)((_bits.Next() >> 32) * (ulong)count >> 32);
}
