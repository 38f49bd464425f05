using Lanewise.Kernels;

namespace Lanewise;

/// <summary>The order of the samples of an epoch: a pure function of the seed.</summary>
internal static class SampleOrder
{
    /// <summary>Returns all samples once, in random order.</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="seed">The seed of the epoch.</param>
    public static int[] Shuffled(int count, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        var random = new SplitMix64(seed);
        Shuffle(order, ref random);
        return order;
    }

    /// <summary>
    /// Draws as many samples as there are, equally many of each class that has some, in random order. A sample of a small class comes
    /// several times, and as often as any other of its class, up to one; of a large class, some are left out.
    /// </summary>
    /// <param name="labels">The label of each sample.</param>
    /// <param name="seed">The seed of the epoch.</param>
    /// <returns>
    /// Index + repetition · count of each drawn sample: see <see cref="PreparedDataset"/>. No value comes twice, unless a sample is
    /// repeated more often than an integer can count.
    /// </returns>
    public static int[] Balanced(IReadOnlyList<int> labels, ulong seed)
    {
        int count = labels.Count, maxRepetitions = int.MaxValue / count;
        var random = new SplitMix64(seed);
        int[][] classes = [.. Enumerable.Range(0, count).GroupBy(i => labels[i]).OrderBy(c => c.Key).Select(c => c.ToArray())];
        // Classes that get one sample more, where the number is not divisible, take turns.
        Shuffle(classes, ref random);
        var order = new List<int>(count);
        for (int c = 0; c < classes.Length; c++)
        {
            int[] samples = classes[c];
            int share = (count / classes.Length) + (c < count % classes.Length ? 1 : 0);
            for (int i = 0; i < share; i++)
            {
                if (i % samples.Length == 0)
                {
                    Shuffle(samples, ref random);
                }

                order.Add(samples[i % samples.Length] + (i / samples.Length % maxRepetitions * count));
            }
        }

        int[] drawn = [.. order];
        Shuffle(drawn, ref random);
        return drawn;
    }

    // Fisher and Yates.
    private static void Shuffle<T>(T[] values, ref SplitMix64 random)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
