namespace Lanewise.Workflows;

/// <summary>What copies of images mean for a training.</summary>
internal static class CopyFindings
{
    /// <summary>Sorts groups of copies into findings.</summary>
    /// <param name="splits">The splits.</param>
    /// <param name="groups">The groups, by positions in all splits one after another.</param>
    public static IEnumerable<DataFinding> Of(CheckedSplit[] splits, IReadOnlyList<CopyGroup> groups)
    {
        (CheckedSplit Split, int Index)[] all =
            [.. splits.SelectMany(split => Enumerable.Range(0, split.Images.Count).Select(i => (split, i)))];
        var found = groups.Select(group => (group.Kind, Images: group.Members.Select(i => all[i].Split.Describe(all[i].Index)).ToList()))
            .ToList();
        var across = found.Where(group => Splits(group.Images) > 1).ToList();
        if (across.Count > 0)
        {
            yield return Finding(
                DataFindingKind.AcrossSplits,
                across,
                string.Join(", ", Copied(across)),
                "results on such images are too good; keep one copy of each, or keep copies on one side with {group-by}.");
        }

        var conflicting = found.Where(group => group.Images.DistinctBy(image => image.Class, StringComparer.Ordinal).Count() > 1).ToList();
        if (conflicting.Count > 0)
        {
            yield return Finding(
                DataFindingKind.ConflictingLabels,
                conflicting,
                FindingText.Count(conflicting.Count, "image has copies", "images have copies") + " with different labels",
                "at least one of the labels is wrong, or the image shows both; decide for one.");
        }

        var within = found.Where(group => Splits(group.Images) == 1).ToList();
        var equal = within.Where(group => group.Kind <= CopyKind.SamePixels).ToList();
        if (equal.Count > 0)
        {
            yield return Finding(
                DataFindingKind.Duplicates,
                equal,
                FindingText.Count(equal.Sum(group => group.Images.Count - 1), "image is", "images are") + " in a split more than once",
                "copies count twice and add nothing; remove them.");
        }

        var alike = within.Where(group => group.Kind > CopyKind.SamePixels).ToList();
        if (alike.Count > 0)
        {
            yield return Finding(
                DataFindingKind.NearDuplicates,
                alike,
                FindingText.Count(alike.Sum(group => group.Images.Count - 1), "image is", "images are")
                    + " nearly a copy of another in the split",
                "frames of a film or edited copies add little; keep them on one side when a share is held out ({group-by}).");
        }
    }

    private static DataFinding Finding(
        DataFindingKind kind, List<(CopyKind Kind, List<CheckedImage> Images)> groups, string text, string advice) =>
        new(kind, groups.Count, text, advice, [.. groups.Select(group => new FindingGroup(Name(group.Kind), group.Images))]);

    private static string Name(CopyKind kind) => kind switch
    {
        CopyKind.SameFile => "same file",
        CopyKind.SamePixels => "same pixels",
        CopyKind.Mirrored => "alike, mirrored",
        _ => "alike",
    };

    private static int Splits(List<CheckedImage> images) => images.DistinctBy(image => image.Split, StringComparer.Ordinal).Count();

    /// <summary>Counts the images that are also in an earlier split, the first of which is the one to train on.</summary>
    private static IEnumerable<string> Copied(List<(CopyKind Kind, List<CheckedImage> Images)> groups) => groups
        .SelectMany(group => group.Images.Where(image => image.Split != group.Images[0].Split)
            .Select(image => (image.Split, Earlier: group.Images[0].Split)))
        .CountBy(pair => pair)
        .Select(pair => FindingText.Count(pair.Value, "image", "images")
            + $" of {pair.Key.Split} {(pair.Value == 1 ? "is" : "are")} also in {pair.Key.Earlier}");
}
