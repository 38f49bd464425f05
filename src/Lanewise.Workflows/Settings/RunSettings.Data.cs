namespace Lanewise.Workflows;

// Where the data comes from, and how many images are used.
public abstract partial record RunSettings
{
    private const string FolderPrefix = "folder:";

    private protected static readonly Setting<string?> DatasetSetting = new(
        "dataset", SettingTypes.Text("NAME", CheckDataset, [.. DatasetCatalog.All.Select(entry => entry.Name)]), _ => null,
        "Dataset to train on ('lanewise data list' lists them), or folder:PATH for the images in PATH/train/CLASS and PATH/val/CLASS.",
        _ => "mnist if it is on disk or can be downloaded, otherwise digits");

    private protected static readonly Setting<string?> DataDirSetting = new(
        "data-dir", SettingTypes.Text("FOLDER", Path.GetFullPath), _ => null,
        "Folder to search for datasets, instead of the default ones.")
    {
        OnResume = ResumeRule.MayChange,
    };

    private protected static readonly Setting<CorruptImagePolicy> OnCorruptSetting = new(
        "on-corrupt", SettingTypes.Choice<CorruptImagePolicy>("policy"), _ => CorruptImagePolicy.Error,
        "Handling of corrupt images in a folder: error, skip. With error, the first corrupt image that is read stops the command; "
        + "with skip, all images are decoded at the start, and the corrupt ones are listed and left out.");

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

    /// <summary>Returns the name of a dataset in its canonical form, an image folder with its full path.</summary>
    /// <exception cref="LanewiseException">There is no such dataset.</exception>
    internal static string CheckDataset(string name) =>
        // Runs are resumed and models evaluated from other working directories, so the path is stored in full.
        !name.StartsWith(FolderPrefix, StringComparison.Ordinal) ? DatasetCatalog.Find(name).Name
        : name.Length > FolderPrefix.Length ? FolderPrefix + Path.GetFullPath(name[FolderPrefix.Length..])
        : throw new SettingException($"{{dataset}} {name}: specify the folder, as in {name}PATH.", "dataset");
}
