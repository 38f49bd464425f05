namespace Lanewise.Workflows;

// What a training writes to its folder, and when.
public sealed partial record TrainSettings
{
    private static readonly Setting<bool> TensorBoardSetting = new(
        "tensorboard", SettingTypes.Switch, _ => false,
        "Write TensorBoard events to RUN/tensorboard: metrics, histograms of weights and gradients, validation images.")
    {
        Switches = [true],
        OnResume = ResumeRule.MayChange,
    };

    internal const double DefaultCheckpointMinutes = 10;

    private static readonly Setting<double> CheckpointMinutesSetting = new(
        "checkpoint-minutes", SettingTypes.Number(v => v >= 0, NonNegative), _ => DefaultCheckpointMinutes,
        "Minutes between two checkpoints within an epoch; 0 for none. At the end of an epoch one is saved in any case, unless the last "
        + "one is only seconds old.")
    {
        OnResume = ResumeRule.MayChange,
    };

    private static readonly Setting<int> ReceiptStepsSetting = new(
        "receipt-steps", SettingTypes.Whole(0, int.MaxValue), _ => 0,
        "Steps between two rows of RUN/receipt.json, which has digests of weights and optimizer for verify; 0 for one after each epoch.")
    {
        OnResume = ResumeRule.MayChange,
    };

    private static readonly Setting<int> KeepCheckpointsSetting = new(
        "keep-checkpoints", SettingTypes.Whole(0, 1000), _ => 0,
        "Number of checkpoints to keep in RUN/checkpoints, of epochs spread over the run, from which verify can start.")
    {
        OnResume = ResumeRule.MayChange,
    };

    /// <summary>Gets whether TensorBoard events are written.</summary>
    public bool TensorBoard { get => Get(TensorBoardSetting); init => Set(TensorBoardSetting, value); }

    /// <summary>Gets the minutes between two checkpoints within an epoch; 0 for none.</summary>
    public double CheckpointMinutes { get => Get(CheckpointMinutesSetting); init => Set(CheckpointMinutesSetting, value); }

    /// <summary>Gets the number of steps between two rows of the receipt; 0 for one after each epoch.</summary>
    public int ReceiptSteps { get => Get(ReceiptStepsSetting); init => Set(ReceiptStepsSetting, value); }

    /// <summary>Gets the number of checkpoints to keep.</summary>
    public int KeepCheckpoints { get => Get(KeepCheckpointsSetting); init => Set(KeepCheckpointsSetting, value); }
}
