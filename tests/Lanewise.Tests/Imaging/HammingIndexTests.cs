using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Imaging;

public sealed class HammingIndexTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(13)]
    public void It_finds_what_comparing_each_with_each_finds(int maxDistance)
    {
        var random = new Random(5);
        var hashes = new List<ulong>();
        for (int i = 0; i < 60; i++)
        {
            ulong hash = (ulong)random.NextInt64() ^ (ulong)random.NextInt64() << 1;
            hashes.Add(hash);
            for (int changes = 0; changes < 20; changes++)
            {
                hash ^= 1UL << random.Next(64);
                hashes.Add(hash);
            }
        }

        var index = new HammingIndex([.. hashes], maxDistance);
        int pairs = 0;
        for (int i = 0; i < hashes.Count; i++)
        {
            var found = new List<int>();
            index.Find(hashes[i], i + 1, found);
            var later = Enumerable.Range(i + 1, hashes.Count - i - 1);
            Assert.Equal(later.Where(j => PerceptualHash.Distance(hashes[i], hashes[j]) <= maxDistance), found);
            pairs += found.Count;
        }

        Assert.InRange(pairs, maxDistance == 0 ? 0 : 1000, 60 * 210);
    }

    [Fact]
    public void Results_are_added_behind_those_that_are_there()
    {
        var index = new HammingIndex([7, 7, ulong.MaxValue], maxDistance: 3);
        var found = new List<int> { 99 };
        index.Find(6, 0, found);
        Assert.Equal([99, 0, 1], found);
    }
}
