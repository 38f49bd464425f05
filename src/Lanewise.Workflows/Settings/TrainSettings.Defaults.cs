using System.Globalization;

namespace Lanewise.Workflows;

// Defaults that follow the model, the weights that training starts from, and the number of images.
public sealed partial record TrainSettings
{
    // Few images are passed over more often, up to this.
    private const int MaxDefaultEpochs = 100;

    private const int MinDefaultBatch = 4;

    private static readonly SharedDefaults TutorialDefaults = new() { ClipGradText = "no limit; 5 for fine-tuning with sgd" };

    // Runs of earlier versions did not record every setting; what they lack is what it was then.
    private bool _isRecorded;

    /// <summary>Gets the defaults that the model of the catalog brings; null for those of the tutorial.</summary>
    internal TrainingDefaults? ModelDefaults => _isRecorded || Model is null ? null
        : TrainableModel.EntryOf(Model) is not { } entry ? (Freeze ? TrainingDefaults.LinearProbe : TrainingDefaults.FineTuning)
        : (Weights ?? Pretrained) is null ? entry.FromScratch
        : Freeze ? entry.FrozenFeatures
        : entry.FineTuning;

    /// <inheritdoc/>
    private protected override SharedDefaults Defaults => ModelDefaults is not { } defaults ? TutorialDefaults : new()
    {
        Epochs = defaults.Epochs,
        BatchSize = defaults.BatchSize,
        LearningRate = defaults.LearningRate,
        Momentum = defaults.Momentum,
        WeightDecay = defaults.WeightDecay,
        ClipGrad = defaults.ClipGrad,
        Schedule = defaults.HasCosineSchedule ? ScheduleKind.Cosine
            : defaults.MilestoneShares.Count > 0 ? ScheduleKind.Step
            : ScheduleKind.None,
        WarmupEpochs = defaults.WarmupEpochs,
        MilestoneShares = defaults.MilestoneShares,
    };

    /// <inheritdoc/>
    internal override string LatestKey => RecipeSetting.JsonKey;

    /// <inheritdoc/>
    internal override SettingsBase AsRecorded() => this with { _isRecorded = true };

    /// <summary>
    /// Returns the settings with defaults for a number of images: batches of at most a quarter of them, and enough steps.
    /// </summary>
    /// <param name="images">The number of training images.</param>
    internal TrainSettings For(int images)
    {
        if (ModelDefaults is not { } defaults)
        {
            return this;
        }

        int batch = IsGiven(BatchSizeSetting) || images >= 4 * BatchSize ? BatchSize
            : Math.Clamp(images / 4, Math.Min(MinDefaultBatch, BatchSize), BatchSize);
        int steps = (images - 1) / (batch * GradAccumSteps) + 1;
        int epochs = IsGiven(EpochsSetting) ? Epochs
            : Math.Max(Epochs, Math.Min(MaxDefaultEpochs, (defaults.MinSteps + steps - 1) / steps));
        return this with { BatchSize = batch, Epochs = epochs };
    }

    // Left open until the images are counted, also in the args.json of a run that stops before.
    internal override bool IsOpen(Setting setting) => ModelDefaults is not null && !IsGiven(setting)
        && (setting == BatchSizeSetting
            || (!IsGiven(EpochsSetting) && (setting == EpochsSetting || setting == WarmupEpochsSetting
                || setting == MilestonesSetting || setting == DecayEpochsSetting)));

    /// <summary>Describes what the training does, in a line.</summary>
    internal string Describe()
    {
        string optimizer = IsAdamW ? "adamw"
            : string.Create(CultureInfo.InvariantCulture, $"{EnumNames.Of(Optimizer)} with momentum {Momentum}");
        string schedule = Schedule switch
        {
            ScheduleKind.None => "constant",
            ScheduleKind.Step when Milestones.Count > 0 => "divided at epochs " + string.Join(
                ", ", Milestones.Select(epoch => epoch.ToString(CultureInfo.InvariantCulture))),
            ScheduleKind.Step => "reduced in steps",
            ScheduleKind.OneCycle => "one cycle",
            ScheduleKind.Plateau => "reduced where the validation loss stays",
            _ => "cosine",
        };
        string warmup = WarmupEpochs > 0 ? string.Create(CultureInfo.InvariantCulture, $" after {WarmupEpochs} of warm-up") : "";
        string origin = ModelDefaults is { } defaults ? $" (defaults: {defaults.Name})" : "";
        string epochs = string.Create(
            CultureInfo.InvariantCulture, $"{Epochs} epoch{(Epochs == 1 ? "" : "s")} of {BatchSize * (long)GradAccumSteps} images a step");
        string rate = string.Create(CultureInfo.InvariantCulture, $"learning rate {LearningRate}, {schedule}{warmup}");
        string decay = string.Create(CultureInfo.InvariantCulture, $"weight decay {WeightDecay}");
        string clipping = ClipGrad is > 0
            ? string.Create(CultureInfo.InvariantCulture, $", gradients limited to {EnumNames.Of(ClipMode)} {ClipGrad}")
            : "";
        return $"{epochs}, {optimizer}, {rate}, {decay}{clipping}, augmentation {Augmentation}{origin}.";
    }
}
