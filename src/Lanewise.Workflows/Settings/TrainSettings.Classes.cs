namespace Lanewise.Workflows;

// Classes of which there are many images, and of which there are few.
public sealed partial record TrainSettings
{
    /// <summary>The value of <c>class-weights</c> for weights from the numbers of images.</summary>
    internal const string AutoClassWeights = "auto";

    private static readonly Setting<string?> ClassWeightsSetting = new(
        "class-weights",
        SettingTypes.Text(
            "auto|FILE",
            text => text.Equals(AutoClassWeights, StringComparison.OrdinalIgnoreCase) ? AutoClassWeights : Path.GetFullPath(text),
            [AutoClassWeights]),
        _ => null,
        "Weights of the classes in the loss, for classes of which there are few images: auto for images / (classes x images of the class), "
        + "or a file of lines 'class,weight' or a JSON object.");

    private static readonly Setting<bool> BalanceSetting = new(
        "balance", SettingTypes.Switch, _ => false,
        "Draw equally many images of each class in an epoch: those of small classes come several times.")
    {
        Switches = [true],
    };

    /// <summary>Gets the file of the weights of the classes in the loss, or <c>auto</c>; null for equal ones.</summary>
    public string? ClassWeights { get => Get(ClassWeightsSetting); init => Set(ClassWeightsSetting, value); }

    /// <summary>Gets whether an epoch draws equally many images of each class.</summary>
    public bool Balance { get => Get(BalanceSetting); init => Set(BalanceSetting, value); }

    private static IReadOnlyList<Setting> ClassesTable { get; } = [ClassWeightsSetting, BalanceSetting];

    private void CheckClasses()
    {
        if (Balance && ClassWeights is not null)
        {
            throw new SettingException(
                "{balance} and {class-weights} cannot be combined: both make up for unequal classes.", BalanceSetting.Name);
        }
    }
}
