namespace Lanewise.Workflows;

// What a training step minimizes and how it updates the weights, with the names of timm.
public abstract partial record RunSettings
{
    private const string BelowOne = "a number of at least 0 and below 1", AtLeastOne = "a number of at least 1";

    private protected static readonly Setting<double> SmoothingSetting = new(
        "smoothing", SettingTypes.Number(v => v is >= 0 and < 1, BelowOne), _ => 0,
        "Label smoothing: the share of the target that all classes have equally, such as 0.1.");

    private protected static readonly Setting<bool> ModelEmaSetting = new(
        "model-ema", SettingTypes.Switch, _ => false,
        "Keep a moving average of the weights, which is evaluated after each epoch beside them.")
    {
        Switches = [true],
    };

    private protected static readonly Setting<double> ModelEmaDecaySetting = new(
        "model-ema-decay", SettingTypes.Number(v => v is >= 0 and < 1, BelowOne), _ => new WeightAverage().Decay,
        "For {model-ema}: the share of the old average in each update. At update t it is at most (1 + t) / (10 + t).");

    private protected static readonly Setting<double?> ClipGradSetting = new(
        "clip-grad", SettingTypes.OptionalNumber(v => v >= 0, "a positive number such as 1, or 0 for no limit"),
        ByDefault<double?>(s => s is { Optimizer: OptimizerKind.Sgd, ClipMode: ClipMode.Norm } ? s.Defaults.ClipGrad : null),
        "Limit the gradients of each step: their norm, or with {clip-mode} value each one; 0 for no limit.",
        ByDefault<string?>(s => s.Defaults.ClipGradText));

    private protected static readonly Setting<ClipMode> ClipModeSetting = new(
        "clip-mode", SettingTypes.Choice<ClipMode>("mode"), _ => ClipMode.Norm, "What {clip-grad} limits: norm, value.");

    private protected static readonly Setting<int> GradAccumStepsSetting = new(
        "grad-accum-steps", SettingTypes.Whole(1, SettingLimits.MaxBatchSize), _ => 1,
        "Batches per step: a step takes the mean gradient over all their images.");

    private protected static readonly Setting<double?> NormWeightDecaySetting = new(
        "norm-weight-decay", SettingTypes.OptionalNumber(v => v >= 0, NonNegative), _ => null,
        "Weight decay of batch norm, usually 0.", _ => "{weight-decay}");

    private protected static readonly Setting<double?> BiasWeightDecaySetting = new(
        "bias-weight-decay", SettingTypes.OptionalNumber(v => v >= 0, NonNegative), _ => null,
        "Weight decay of all biases, usually 0.", _ => "{weight-decay}");

    private protected static readonly Setting<double?> HeadLrSetting = new(
        "head-lr", SettingTypes.OptionalNumber(v => v > 0, "a positive number such as 0.01"), _ => null,
        "Learning rate of the classifier, for example higher than that of pretrained layers.", _ => "{lr}");

    private protected static readonly Setting<int> PatienceEpochsSetting = new(
        "patience-epochs", SettingTypes.Whole(0, SettingLimits.MaxEpochs), _ => 10,
        "For {sched} plateau: epochs without a lower validation loss before the learning rate is reduced.");

    private protected static readonly Setting<double> PctStartSetting = new(
        "pct-start", SettingTypes.Number(v => v is > 0 and < 1, "a number above 0 and below 1"), _ => new OneCycleLR().PctStart,
        "For {sched} onecycle: part of the training in which the learning rate rises to {lr}.");

    private protected static readonly Setting<double> DivFactorSetting = new(
        "div-factor", SettingTypes.Number(v => v >= 1, AtLeastOne), _ => new OneCycleLR().DivFactor,
        "For {sched} onecycle: {lr} divided by the first learning rate.");

    private protected static readonly Setting<double> FinalDivFactorSetting = new(
        "final-div-factor", SettingTypes.Number(v => v >= 1, AtLeastOne), _ => new OneCycleLR().FinalDivFactor,
        "For {sched} onecycle: first learning rate divided by the last one.");

    /// <summary>Gets the share of the target that all classes have equally.</summary>
    public double Smoothing { get => Get(SmoothingSetting); init => Set(SmoothingSetting, value); }

    /// <summary>Gets whether a moving average of the weights is kept.</summary>
    public bool ModelEma { get => Get(ModelEmaSetting); init => Set(ModelEmaSetting, value); }

    /// <summary>Gets the share of the old average in each update.</summary>
    public double ModelEmaDecay { get => Get(ModelEmaDecaySetting); init => Set(ModelEmaDecaySetting, value); }

    /// <summary>Gets the limit of the gradients; null or 0 for none.</summary>
    public double? ClipGrad { get => Get(ClipGradSetting); init => Set(ClipGradSetting, value); }

    /// <summary>Gets what is limited.</summary>
    public ClipMode ClipMode { get => Get(ClipModeSetting); init => Set(ClipModeSetting, value); }

    /// <summary>Gets the number of batches per step.</summary>
    public int GradAccumSteps { get => Get(GradAccumStepsSetting); init => Set(GradAccumStepsSetting, value); }

    /// <summary>Gets the weight decay of batch norm; null for that of all parameters.</summary>
    public double? NormWeightDecay { get => Get(NormWeightDecaySetting); init => Set(NormWeightDecaySetting, value); }

    /// <summary>Gets the weight decay of biases; null for that of all parameters.</summary>
    public double? BiasWeightDecay { get => Get(BiasWeightDecaySetting); init => Set(BiasWeightDecaySetting, value); }

    /// <summary>Gets the learning rate of the classifier; null for that of all layers.</summary>
    public double? HeadLearningRate { get => Get(HeadLrSetting); init => Set(HeadLrSetting, value); }

    /// <summary>Gets the epochs without a lower validation loss before a plateau reduces the learning rate.</summary>
    public int PatienceEpochs { get => Get(PatienceEpochsSetting); init => Set(PatienceEpochsSetting, value); }

    /// <summary>Gets the part of the training in which one cycle rises.</summary>
    public double PctStart { get => Get(PctStartSetting); init => Set(PctStartSetting, value); }

    /// <summary>Gets the full learning rate of one cycle divided by its first one.</summary>
    public double DivFactor { get => Get(DivFactorSetting); init => Set(DivFactorSetting, value); }

    /// <summary>Gets the first learning rate of one cycle divided by its last one.</summary>
    public double FinalDivFactor { get => Get(FinalDivFactorSetting); init => Set(FinalDivFactorSetting, value); }

    /// <summary>Gets the rows of the loss and the updates.</summary>
    private protected static IReadOnlyList<Setting> UpdatesTable { get; } =
    [
        PatienceEpochsSetting, PctStartSetting, DivFactorSetting, FinalDivFactorSetting, NormWeightDecaySetting,
        BiasWeightDecaySetting, HeadLrSetting, SmoothingSetting, ClipGradSetting, ClipModeSetting, GradAccumStepsSetting,
        ModelEmaSetting, ModelEmaDecaySetting,
    ];

    /// <summary>Adds what a step minimizes, and how it updates the weights, to the options of a training.</summary>
    private TrainingOptions WithUpdates(TrainingOptions options) => options with
    {
        LabelSmoothing = Smoothing,
        Clipping = ClipGrad is > 0 and var limit ? new GradientClipping(limit, ClipMode) : null,
        AccumulationSteps = GradAccumSteps,
        NormWeightDecay = NormWeightDecay,
        BiasWeightDecay = BiasWeightDecay,
        HeadLearningRate = HeadLearningRate,
        Average = ModelEma ? new WeightAverage(ModelEmaDecay) : null,
    };

    private (bool IsBroken, Setting Setting, FormattableString Message)[] ScheduleRules()
    {
        bool isCycle = Schedule == ScheduleKind.OneCycle, isPlateau = Schedule == ScheduleKind.Plateau;
        return
        [
            (!isPlateau && IsGiven(PatienceEpochsSetting) && PatienceEpochs != 10, PatienceEpochsSetting,
                $"{{patience-epochs}} requires {{sched}} plateau."),
            (isPlateau && DecayRate == 1, DecayRateSetting, $"{{decay-rate}} {DecayRate}: {{sched}} plateau expects a number below 1."),
            (!isCycle && IsChanged(PctStartSetting, new OneCycleLR().PctStart), PctStartSetting,
                $"{{pct-start}} requires {{sched}} onecycle."),
            (!isCycle && IsChanged(DivFactorSetting, new OneCycleLR().DivFactor), DivFactorSetting,
                $"{{div-factor}} requires {{sched}} onecycle."),
            (!isCycle && IsChanged(FinalDivFactorSetting, new OneCycleLR().FinalDivFactor), FinalDivFactorSetting,
                $"{{final-div-factor}} requires {{sched}} onecycle."),
            (isCycle && WarmupEpochs > 0, WarmupEpochsSetting, $"{{warmup-epochs}}: {{sched}} onecycle rises by itself; omit the option."),
            (ClipGrad is null or 0 && IsGiven(ClipModeSetting) && ClipMode != ClipMode.Norm, ClipModeSetting,
                $"{{clip-mode}} requires {{clip-grad}}."),
            (!ModelEma && IsChanged(ModelEmaDecaySetting, new WeightAverage().Decay), ModelEmaDecaySetting,
                $"{{model-ema-decay}} requires {{model-ema}}."),
        ];
    }
}
