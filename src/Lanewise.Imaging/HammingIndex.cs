namespace Lanewise.Imaging;

/// <summary>
/// Finds hashes that differ in few bits, without comparing each with each: two hashes of 64 bits that differ in at most 4·r + 3 bits
/// differ in at most r bits in one of their four quarters, so a hash is compared only with those of nearby quarters. Source: Norouzi et
/// al., Fast Search in Hamming Space with Multi-Index Hashing, 2012.
/// </summary>
internal sealed class HammingIndex
{
    private const int Quarters = 4, QuarterBits = 16, Buckets = 1 << QuarterBits;

    private readonly ulong[] _hashes;
    private readonly ushort[] _masks;

    // Of each quarter: where the members of each bucket begin, and the members.
    private readonly int[][] _starts = new int[Quarters][];
    private readonly int[][] _members = new int[Quarters][];

    /// <summary>Indexes hashes.</summary>
    /// <param name="hashes">The hashes; equal ones are found by a dictionary, so give each once.</param>
    /// <param name="maxDistance">The largest number of bits in which hashes that are found differ.</param>
    public HammingIndex(ulong[] hashes, int maxDistance)
    {
        (_hashes, MaxDistance) = (hashes, maxDistance);
        _masks = [.. Enumerable.Range(0, Buckets).Select(mask => (ushort)mask)
            .Where(mask => ushort.PopCount(mask) <= maxDistance / Quarters)];
        for (int quarter = 0; quarter < Quarters; quarter++)
        {
            int[] starts = new int[Buckets + 1], members = new int[hashes.Length];
            foreach (ulong hash in hashes)
            {
                starts[Bucket(hash, quarter) + 1]++;
            }

            for (int bucket = 0; bucket < Buckets; bucket++)
            {
                starts[bucket + 1] += starts[bucket];
            }

            int[] next = [.. starts];
            for (int i = 0; i < hashes.Length; i++)
            {
                members[next[Bucket(hashes[i], quarter)]++] = i;
            }

            (_starts[quarter], _members[quarter]) = (starts, members);
        }
    }

    /// <summary>The largest number of bits in which hashes that are found differ.</summary>
    public int MaxDistance { get; }

    /// <summary>Adds the indices of the hashes near a hash, in ascending order, each once.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="from">The first index that is wanted.</param>
    /// <param name="found">Receives the indices.</param>
    public void Find(ulong hash, int from, List<int> found)
    {
        int before = found.Count;
        for (int quarter = 0; quarter < Quarters; quarter++)
        {
            foreach (ushort mask in _masks)
            {
                int bucket = Bucket(hash, quarter) ^ mask;
                foreach (int i in _members[quarter].AsSpan(_starts[quarter][bucket].._starts[quarter][bucket + 1]))
                {
                    if (i >= from && PerceptualHash.Distance(hash, _hashes[i]) <= MaxDistance && IsFirst(hash ^ _hashes[i], quarter))
                    {
                        found.Add(i);
                    }
                }
            }
        }

        found.Sort(before, found.Count - before, null);
    }

    // A hash that is near in several quarters is taken from the first of them.
    private bool IsFirst(ulong difference, int quarter)
    {
        for (int q = 0; q < quarter; q++)
        {
            if (ushort.PopCount((ushort)(difference >> (QuarterBits * q))) <= MaxDistance / Quarters)
            {
                return false;
            }
        }

        return true;
    }

    private static int Bucket(ulong hash, int quarter) => (ushort)(hash >> (QuarterBits * quarter));
}
