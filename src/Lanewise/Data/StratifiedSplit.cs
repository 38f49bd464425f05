using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Divides the samples of a dataset between training and validation: each class in the same proportion, by a seed, and samples that
/// belong together on one side.
/// </summary>
internal static class StratifiedSplit
{
    /// <summary>Divides the samples.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="fraction">The share of the validation side in each class, between 0 and 1.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="groups">The group of each sample; null if each is a group of its own.</param>
    /// <returns>The indices of both sides, ascending.</returns>
    /// <exception cref="DatasetException">A class cannot have a sample on each side.</exception>
    public static (int[] Train, int[] Validation) Of(IDataset dataset, double fraction, int seed, IReadOnlyList<string>? groups = null)
    {
        int[] labels = [.. Enumerable.Range(0, dataset.Count).Select(dataset.Label)];
        bool[] isHeldOut = groups is null ? Single(dataset, labels, fraction, seed) : Grouped(dataset, labels, fraction, seed, groups);
        return (Side(isHeldOut, false), Side(isHeldOut, true));
    }

    private static int[] Side(bool[] isHeldOut, bool side) =>
        [.. Enumerable.Range(0, isHeldOut.Length).Where(i => isHeldOut[i] == side)];

    private static bool[] Single(IDataset dataset, int[] labels, double fraction, int seed)
    {
        bool[] isHeldOut = new bool[labels.Length];
        foreach (var images in Enumerable.Range(0, labels.Length).GroupBy(i => labels[i]))
        {
            int[] ofClass = [.. images];
            if (ofClass.Length < 2)
            {
                throw CannotSplit(dataset, images.Key, "has one image");
            }

            // Each class is shuffled on its own, so that a further class changes nothing in the others.
            Shuffle(ofClass, new SplitMix64(SplitMix64.Mix((ulong)seed) + (ulong)images.Key));
            foreach (int i in ofClass.Take(Share(ofClass.Length, fraction)))
            {
                isHeldOut[i] = true;
            }
        }

        return isHeldOut;
    }

    private static bool[] Grouped(IDataset dataset, int[] labels, double fraction, int seed, IReadOnlyList<string> groups)
    {
        int classes = dataset.Classes.Count;
        Group[] all =
        [
            .. Enumerable.Range(0, labels.Length).GroupBy(i => groups[i], StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new Group(group.Key, [.. group], Histogram(group.Select(i => labels[i]), classes))),
        ];
        var random = new SplitMix64(SplitMix64.Mix((ulong)seed));
        Shuffle(all, random);
        var balance = new Balance(Histogram(labels, classes), fraction);
        // Large groups first: small ones then fill what is left.
        foreach (var group in all.OrderByDescending(group => group.Members.Length))
        {
            group.IsHeldOut = balance.CostOf(group, 1) < 0;
            balance.Move(group, group.IsHeldOut ? 1 : 0);
        }

        for (int label = 0; label < classes; label++)
        {
            Complete(dataset, all, balance, label);
        }

        bool[] isHeldOut = new bool[labels.Length];
        foreach (int i in all.Where(group => group.IsHeldOut).SelectMany(group => group.Members))
        {
            isHeldOut[i] = true;
        }

        return isHeldOut;
    }

    /// <summary>Moves the group that fits best, if a class has no sample on one side.</summary>
    private static void Complete(IDataset dataset, Group[] all, Balance balance, int label)
    {
        while (balance.MissingSide(label) is { } toValidation)
        {
            int direction = toValidation ? 1 : -1;
            var candidates = all.Where(
                g => g.IsHeldOut != toValidation && g.Counts[label] > 0 && balance.CanSpare(g, toValidation)).ToList();
            if (candidates.Count == 0)
            {
                throw CannotSplit(dataset, label, $"has images of {GroupsOf(all, label)}");
            }

            var best = candidates.MinBy(group => balance.CostOf(group, direction))!;
            best.IsHeldOut = toValidation;
            balance.Move(best, direction);
        }
    }

    private static string GroupsOf(Group[] all, int label)
    {
        var own = all.Where(group => group.Counts[label] > 0).ToList();
        return own.Count == 1 ? $"one group only ({own[0].Name})" : $"{own.Count} groups that other classes need on the same side";
    }

    private static DatasetException CannotSplit(IDataset dataset, int label, string why) => new(
        $"{dataset.Name}: class {dataset.Classes[label]} {why}, and training and validation both need one; add images, "
            + "or make the two sides folders of your own.",
        DatasetError.ClassMismatch,
        dataset.Name);

    private static int Share(int count, double fraction) =>
        Math.Clamp((int)Math.Round(count * fraction, MidpointRounding.AwayFromZero), 1, count - 1);

    private static int[] Histogram(IEnumerable<int> labels, int classes)
    {
        int[] counts = new int[classes];
        foreach (int label in labels)
        {
            counts[label]++;
        }

        return counts;
    }

    private static void Shuffle<T>(T[] items, SplitMix64 random)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private sealed record Group(string Name, int[] Members, int[] Counts)
    {
        public bool IsHeldOut { get; set; }
    }

    /// <summary>How many samples of each class are held out, and how far that is from what was asked for.</summary>
    private sealed class Balance(int[] totals, double fraction)
    {
        private readonly int[] _heldOut = new int[totals.Length];

        /// <summary>Returns by how much the sum over the classes of (held out − target)² / samples grows when a group moves.</summary>
        public double CostOf(Group group, int direction) => Enumerable.Range(0, totals.Length).Where(c => group.Counts[c] > 0).Sum(c =>
        {
            double off = _heldOut[c] - fraction * totals[c], change = direction * group.Counts[c];
            return change * (2 * off + change) / totals[c];
        });

        public void Move(Group group, int direction)
        {
            for (int c = 0; c < totals.Length; c++)
            {
                _heldOut[c] += direction * group.Counts[c];
            }
        }

        /// <summary>Returns the side that lacks a class: true for validation, false for training, null for none.</summary>
        public bool? MissingSide(int c) => totals[c] == 0 ? null : _heldOut[c] == 0 ? true : _heldOut[c] == totals[c] ? false : null;

        /// <summary>Returns whether each class of a group keeps samples on the side that the group leaves.</summary>
        public bool CanSpare(Group group, bool toValidation) => Enumerable.Range(0, totals.Length).All(
            c => group.Counts[c] == 0 || group.Counts[c] < (toValidation ? totals[c] - _heldOut[c] : _heldOut[c]));
    }
}
