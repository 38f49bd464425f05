using System.Text.RegularExpressions;

namespace Lanewise.Workflows;

// Where the data comes from, and how many images are used.
public abstract partial record RunSettings
{
    private protected static readonly Setting<string?> DatasetSetting = new(
        "dataset", SettingTypes.Text("NAME|PATH", DatasetNotation.Check, [.. DatasetCatalog.All.Select(entry => entry.Name)]), _ => null,
        $"Data to train on: {DatasetNotation.Help}. A folder holds a folder of images for each class, or train and val with these.",
        _ => "mnist if it is on disk or can be downloaded, otherwise digits");

    private protected static readonly Setting<string?> DataDirSetting = new(
        "data-dir", SettingTypes.Text("FOLDER", Path.GetFullPath), _ => null,
        "Folder to search for datasets, instead of the default ones.")
    {
        OnResume = ResumeRule.MayChange,
    };

    private protected static readonly Setting<CorruptImagePolicy> OnCorruptSetting = new(
        "on-corrupt", SettingTypes.Choice<CorruptImagePolicy>("policy"), _ => CorruptImagePolicy.Error,
        "Handling of corrupt images of files, all of which are read at the start: error (list them and stop), "
        + "skip (list them, leave them out and record that).");

    private protected static readonly Setting<string?> ValSplitSetting = new(
        "val-split", SettingTypes.Text("SHARE|NAME", CheckValSplit), _ => null,
        "Images to validate on: a share of the training images of each class, held out by {seed}, such as 0.2; or the name of a split.",
        _ => "the first of val, valid, validation, test, otherwise 0.2");

    private protected static readonly Setting<string?> GroupBySetting = new(
        "group-by", SettingTypes.Text("REGEX|COLUMN", CheckGroupBy), _ => null,
        "With a share as {val-split}: keep images of one patient, video or camera on one side. REGEX: images whose paths below the "
        + "dataset's folder have the same first group (or match, if it has none); COLUMN: of a csv: file.");

    private protected static readonly Setting<int?> LimitTrainSetting = new(
        "limit-train", SettingTypes.Limit(), ByDefault(s => s.Defaults.LimitTrain), "Train on the first N images only.");

    private protected static readonly Setting<int?> LimitTestSetting = new(
        "limit-test", SettingTypes.Limit(), ByDefault(s => s.Defaults.LimitTest), "Validate on the first N images only.");

    /// <summary>Gets the name of the dataset, or <c>folder:</c> and a path; null until the default is resolved.</summary>
    public string? Dataset { get => Get(DatasetSetting); init => Set(DatasetSetting, value); }

    /// <summary>Gets the folder to search for datasets; null for the default ones.</summary>
    public string? DataDir { get => Get(DataDirSetting); init => Set(DataDirSetting, value); }

    /// <summary>Gets what happens to corrupt images in a folder.</summary>
    public CorruptImagePolicy OnCorrupt { get => Get(OnCorruptSetting); init => Set(OnCorruptSetting, value); }

    /// <summary>Gets the number of training images; null for all.</summary>
    public int? LimitTrain { get => Get(LimitTrainSetting); init => Set(LimitTrainSetting, value); }

    /// <summary>Gets the number of validation images; null for all.</summary>
    public int? LimitTest { get => Get(LimitTestSetting); init => Set(LimitTestSetting, value); }

    /// <summary>Gets the images to validate on, a share or the name of a split; null until the default is resolved.</summary>
    public string? ValSplit { get => Get(ValSplitSetting); init => Set(ValSplitSetting, value); }

    /// <summary>Gets the expression or column that keeps images on one side; null for none.</summary>
    public string? GroupBy { get => Get(GroupBySetting); init => Set(GroupBySetting, value); }

    /// <summary>Gets how training and validation images are divided.</summary>
    internal ValidationSplit ValidationSplit => (ValSplit is null ? new() : ValidationSplit.Parse(ValSplit)) with
    {
        Seed = SplitSeed,
        GroupBy = GroupBy,
    };

    /// <summary>Gets the seed that chooses the images of a share.</summary>
    private protected virtual int SplitSeed => 1;

    private static string CheckValSplit(string text)
    {
        try
        {
            return ValidationSplit.Parse(text).ToString();
        }
        catch (FormatException e)
        {
            throw new SettingException($"{{val-split}}: {e.Message}; specify a share such as 0.2, or the name of a split.", "val-split", e);
        }
    }

    private static string CheckGroupBy(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return text;
        }
        catch (ArgumentException e)
        {
            throw new SettingException($"{{group-by}} {text}: no regular expression ({e.Message.TrimEnd('.')}).", "group-by", e);
        }
    }

    // A folder of images may have moved; that it holds the same ones is checked when they are loaded.
    private protected override ResumeRule RuleOf(Setting setting) =>
        setting == DatasetSetting && Dataset is { } name && !DatasetCatalog.All.Any(entry => entry.Name == name)
            ? ResumeRule.MayChange
            : base.RuleOf(setting);
}
