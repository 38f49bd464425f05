using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>What the numbers of images of the classes mean for a training.</summary>
internal static class ClassFindings
{
    /// <summary>The number of training images below which a class has few.</summary>
    public const int FewToTrain = 20;

    /// <summary>The number of images to validate on below which a class has few.</summary>
    public const int FewToValidate = 10;

    /// <summary>How many times as many images as the smallest the largest class has when classes are unequal.</summary>
    public const int Unequal = 3;

    /// <summary>Counts the images of each class and split; classes that the first split lacks come last.</summary>
    public static DatasetEvent Count(string dataset, CheckedSplit[] splits)
    {
        string[] classes = [.. splits.SelectMany(split => split.Images.Classes).Distinct(StringComparer.Ordinal)];
        return new(dataset, classes, [.. splits.Select(split =>
        {
            var own = split.Images.Classes.Zip(JobData.Count(split.Images)).ToDictionary(StringComparer.Ordinal);
            return new SplitCounts(split.Name, [.. classes.Select(name => own.GetValueOrDefault(name))]);
        })]);
    }

    /// <summary>Finds classes with few images, and unequal ones.</summary>
    public static IEnumerable<DataFinding> Of(CheckedSplit[] splits)
    {
        var counts = Count("", splits);
        FindingGroup[] few =
        [
            .. counts.Splits.SelectMany(split => counts.Classes.Zip(split.Counts)
                .Where(one => one.Second < (IsTraining(split) ? FewToTrain : FewToValidate))
                .Select(one => new FindingGroup(
                    $"{one.First}: {FindingText.Count(one.Second, "image", "images")} in {split.Name}", []))),
        ];
        if (few.Length > 0)
        {
            yield return new(
                DataFindingKind.FewImages,
                few.Length,
                FindingText.Count(few.Length, "class has", "classes have") + " few images in a split "
                    + $"(below {FewToTrain} to train, {FewToValidate} to validate)",
                "add images; of so few, a class is learnt badly, and its accuracy is a matter of chance.",
                few);
        }

        var training = counts.Splits.FirstOrDefault(IsTraining);
        if (training is not null && training.Counts.Min() is > 0 and var least && training.Counts.Max() is var most
            && most >= Unequal * least)
        {
            string ratio = ((double)most / least).ToString("F1", CultureInfo.InvariantCulture);
            string[] names = [.. new[] { most, least }.Select(count => counts.Classes[training.Counts.ToList().IndexOf(count)])];
            yield return new(
                DataFindingKind.UnequalClasses,
                counts.Classes.Count,
                $"the largest class has {ratio} times as many images as the smallest (stated from {Unequal} on)",
                "judge by balanced accuracy and the recall of each class, and add images of the small classes.",
                [
                    new($"{names[0]}: {FindingText.Count(most, "image", "images")} in {training.Name}", []),
                    new($"{names[1]}: {FindingText.Count(least, "image", "images")} in {training.Name}", []),
                ]);
        }
    }

    private static bool IsTraining(SplitCounts split) => SplitNames.IsTrain(split.Name) || split.Name == SplitNames.Whole;
}
