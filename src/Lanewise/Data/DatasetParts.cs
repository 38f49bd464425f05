using System.Globalization;
using System.Text.RegularExpressions;

namespace Lanewise;

/// <summary>A split of a dataset.</summary>
/// <param name="Name">Its name, as the dataset writes it.</param>
/// <param name="Images">The images.</param>
/// <param name="Groups">The group of each image, where the dataset names it; null otherwise.</param>
internal sealed record DatasetPart(string Name, IImageDataset Images, IReadOnlyList<string>? Groups = null)
{
    /// <summary>Returns the split without some images.</summary>
    /// <exception cref="DatasetException">A class would have no image left.</exception>
    public DatasetPart Without(IEnumerable<int> indices)
    {
        var removed = indices.ToHashSet();
        if (removed.Count == 0)
        {
            return this;
        }

        int[] kept = [.. Enumerable.Range(0, Images.Count).Where(i => !removed.Contains(i))];
        var labels = kept.Select(Images.Label).ToHashSet();
        return removed.FirstOrDefault(i => !labels.Contains(Images.Label(i)), -1) is >= 0 and var lost
            ? throw new DatasetException(
                $"{Images.Name}: there is no image that can be decoded in class {Images.Classes[Images.Label(lost)]}; "
                    + "repair some, or remove its folder.",
                DatasetError.Empty,
                Images.Name)
            : this with { Images = Images.Select(kept), Groups = Groups is null ? null : [.. kept.Select(i => Groups[i])] };
    }
}

/// <summary>A dataset with the splits that it comes with: train and test, only train, or one that is not divided.</summary>
/// <param name="Name">The dataset's name.</param>
/// <param name="Parts">The splits.</param>
/// <param name="Transform">The dataset's transform; null if its images have no common shape.</param>
/// <param name="Place">Where it was loaded from.</param>
internal sealed record DatasetParts(string Name, IReadOnlyList<DatasetPart> Parts, ImageTransform? Transform, string Place)
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Gets what a person should know about how it was found; null for nothing.</summary>
    public string? Notice { get; init; }

    // What was loaded, where it may be used as it is.
    private DatasetSplits? Original { get; init; }

    /// <summary>Describes a dataset that comes with training and test images.</summary>
    public static DatasetParts Of(DatasetSplits splits) => new(
        splits.Name,
        [new(SplitNames.Train, splits.Train), new(SplitNames.Test, splits.Test)],
        splits.Transform,
        $"{splits.Source}, divided")
    {
        Notice = splits.Notice,
        Original = splits,
    };

    /// <summary>Describes a dataset that was given as arrays.</summary>
    /// <param name="name">The dataset's name.</param>
    /// <param name="arrays">The arrays.</param>
    /// <param name="place">Where they were loaded from.</param>
    public static DatasetParts Of(string name, ImageParts arrays, string place)
    {
        bool isDivided = arrays.Validation is not null || arrays.Test is not null;
        (string Name, MemoryImageDataset? Images)[] named =
        [
            (isDivided ? SplitNames.Train : SplitNames.Whole, arrays.Train),
            (SplitNames.ForValidation[0], arrays.Validation),
            (SplitNames.Test, arrays.Test),
        ];
        DatasetPart[] parts = [.. named.Where(part => part.Images is not null).Select(part => new DatasetPart(part.Name, part.Images!))];
        return new(name, parts, ImageTransform.Default(((IFixedShapeImageDataset)parts[0].Images).Shape), place);
    }

    /// <summary>Finds a split by its name, in any case.</summary>
    public DatasetPart? Find(string split) =>
        Parts.FirstOrDefault(part => part.Name.Equals(split, StringComparison.OrdinalIgnoreCase))
        ?? Parts.FirstOrDefault(part => SplitNames.AreSame(part.Name, split));

    /// <summary>Finds a split by its name.</summary>
    /// <exception cref="DatasetException">There is none.</exception>
    public DatasetPart Get(string split) => Find(split) ?? throw Error(
        DatasetError.NotFound, $"there is no split '{split}'; {Listed()}.");

    /// <summary>Gets the images to train on: the split <c>train</c>, or all of a dataset that is not divided.</summary>
    /// <exception cref="DatasetException">There are none.</exception>
    public DatasetPart GetTraining() => Find(SplitNames.Train) ?? Find(SplitNames.Whole)
        ?? throw Error(DatasetError.NotFound, $"it lacks the split train; {Listed()}.");

    /// <summary>Gets the split that a training validates on by default, or null.</summary>
    public DatasetPart? FindValidation() => Parts.Where(part => SplitNames.Rank(part.Name) >= 0).MinBy(part => SplitNames.Rank(part.Name));

    /// <summary>Divides the images between training and validation. The classes are those of the training images.</summary>
    /// <param name="wanted">Which images to validate on; without share and name, the dataset's own split or else a share.</param>
    /// <returns>The images, and how they were divided.</returns>
    /// <exception cref="DatasetException">There is no such split, or a class would be missing on one side.</exception>
    public (DatasetSplits Splits, ValidationSplit Used) Divide(ValidationSplit wanted)
    {
        var train = GetTraining();
        var own = wanted.Name is { } name ? Get(name) : wanted.Fraction is null ? FindValidation() : null;
        if (own == train)
        {
            throw Error(
                DatasetError.ClassMismatch, $"'{train.Name}' cannot be both trained and validated on; name another split, or a share.");
        }

        if (own is not null && Original is not null && own.Images == Original.Test)
        {
            return (Original, wanted with { Name = own.Name, Fraction = null });
        }

        if (own is not null)
        {
            var validation = ClassMatch.ByName(own.Images, train.Images.Classes, $"{Name}/{train.Name}");
            return (Splits(train.Images, validation), wanted with { Name = own.Name, Fraction = null });
        }

        var used = wanted with { Fraction = wanted.Fraction ?? ValidationSplit.DefaultFraction };
        var (kept, heldOut) = Side(train, used);
        return (Splits(train.Images.Select(kept), train.Images.Select(heldOut)), used);
    }

    /// <summary>Returns the images that a training with this division held out.</summary>
    public IImageDataset HeldOut(ValidationSplit used)
    {
        var train = GetTraining();
        return used.Fraction is null && used.Name is { } name ? Get(name).Images : train.Images.Select(Side(train, used).HeldOut);
    }

    /// <summary>Returns the images that a training with this division was trained on.</summary>
    public IImageDataset TrainedOn(ValidationSplit used)
    {
        var train = GetTraining();
        return used.Fraction is null ? train.Images : train.Images.Select(Side(train, used).Kept);
    }

    private (int[] Kept, int[] HeldOut) Side(DatasetPart part, ValidationSplit used) => StratifiedSplit.Of(
        part.Images,
        used.Fraction ?? ValidationSplit.DefaultFraction,
        used.Seed,
        used.GroupBy is { } groupBy ? Groups(part, groupBy) : null);

    private DatasetSplits Splits(IImageDataset train, IImageDataset validation) => new(
        Name, train, validation, Transform,
        string.Create(CultureInfo.InvariantCulture, $"{Place} ({train.Count:N0} + {validation.Count:N0} images)"), Notice);

    /// <summary>Gets the group of each image: the dataset's own, or the first group that an expression matches in its name.</summary>
    private IReadOnlyList<string> Groups(DatasetPart part, string expression)
    {
        if (part.Groups is { } own)
        {
            return own;
        }

        if (part.Images is not IFileDataset files)
        {
            throw Error(DatasetError.ClassMismatch, "its images are no files, so no part of their names can group them.");
        }

        try
        {
            var regex = new Regex(expression, RegexOptions.CultureInvariant, MatchTimeout);
            return [.. Enumerable.Range(0, files.Count).Select(i => GroupOf(regex.Match(files.NameOf(i)), files.NameOf(i), expression))];
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new DatasetException(
                $"{Name}: the expression '{expression}' takes more than a second on one name; write a simpler one.",
                DatasetError.ClassMismatch, Name, e);
        }
    }

    private string GroupOf(Match match, string file, string expression) =>
        !match.Success ? throw Error(
            DatasetError.ClassMismatch, $"'{expression}' matches nothing in '{file}'; write an expression that matches each file's name.")
        : match.Groups.Count > 1 ? match.Groups[1].Value
        : match.Value;

    private DatasetException Error(DatasetError error, string what) => new($"{Name}: {what}", error, Name);

    private string Listed() => Parts is [{ Name: SplitNames.Whole }] ? "it is not divided"
        : $"there {(Parts.Count == 1 ? "is" : "are")} {string.Join(", ", Parts.Select(part => part.Name))}";
}
