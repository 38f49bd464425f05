using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class SplitMix64Tests
{
    [Fact]
    public void The_sequence_is_the_published_one()
    {
        // The first outputs of the reference implementation (Vigna) for the seed 1234567.
        var random = new SplitMix64(1234567);
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void Singles_are_uniform_in_0_to_1()
    {
        var random = new SplitMix64(3);
        float[] values = [.. Enumerable.Range(0, 20000).Select(_ => random.NextSingle())];
        Assert.All(values, v => Assert.InRange(v, 0, 1 - 1f / (1 << 24)));
        Assert.Equal(0.5, values.Average(), 0.01);
        Assert.Equal(1 / 12.0, values.Average(v => (v - 0.5) * (v - 0.5)), 0.002);
        Assert.Equal((0, 1 - 1f / (1 << 24)), (SplitMix64.Single(0), SplitMix64.Single(ulong.MaxValue)));
    }

    [Fact]
    public void Normals_have_mean_0_and_deviation_1()
    {
        var random = new SplitMix64(4);
        double[] values = [.. Enumerable.Range(0, 20000).Select(_ => (double)random.NextNormal())];
        Assert.Equal(0, values.Average(), 0.03);
        Assert.Equal(1, values.Average(v => v * v), 0.04);
        Assert.Equal(0.6827, values.Count(v => Math.Abs(v) < 1) / 20000.0, 0.02);
    }

    [Fact]
    public void Integers_below_a_count_are_uniform()
    {
        var random = new SplitMix64(5);
        int[] counts = new int[7];
        for (int i = 0; i < 14000; i++)
        {
            counts[random.Below(7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 1800, 2200));
        Assert.Equal(0, random.Below(1));
    }
}
