using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>The optimizers.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent; see <see cref="Lanewise.Sgd"/>.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay; see <see cref="Lanewise.AdamW"/>.</summary>
    AdamW,

    /// <summary>RMSprop with torchvision's α of 0.9 and ε of 0.0316; see <see cref="Lanewise.RMSprop"/>.</summary>
    RMSprop,

    /// <summary>Muon, AdamW for what is not a convolution's weight; see <see cref="Lanewise.Muon"/>.</summary>
    Muon,
}

/// <summary>The learning-rate schedules.</summary>
public enum ScheduleKind
{
    /// <summary>A constant learning rate.</summary>
    None,

    /// <summary>Step decay, at equal intervals or at milestones.</summary>
    Step,

    /// <summary>Cosine decay.</summary>
    Cosine,

    /// <summary>One cycle: up to the learning rate, and down to almost nothing.</summary>
    OneCycle,

    /// <summary>Reduction where the validation loss no longer falls.</summary>
    Plateau,
}

// Epochs, batches, the optimizer and its schedule, with the names of timm.
public abstract partial record RunSettings
{
    private const double AdamWLearningRate = 0.001, AdamWWeightDecay = 0.01, RMSpropLearningRate = 0.002, RMSpropMomentum = 0.9,
        MuonLearningRate = 0.003, MuonMomentum = 0.95;

    private protected const string NonNegative = "a number of at least 0";

    private protected static readonly Setting<int> EpochsSetting = new(
        "epochs", SettingTypes.Whole(1, SettingLimits.MaxEpochs), ByDefault(s => s.Defaults.Epochs),
        "Number of passes over the training images.")
    {
        OnResume = ResumeRule.MayChange,
    };

    private protected static readonly Setting<int> BatchSizeSetting = new(
        "batch-size", SettingTypes.Whole(1, SettingLimits.MaxBatchSize), ByDefault(s => s.Defaults.BatchSize), "Images per step.")
    {
        ShortName = 'b',
    };

    private protected static readonly Setting<OptimizerKind> OptSetting = new(
        "opt", SettingTypes.Choice<OptimizerKind>("optimizer"), ByDefault(s => s.Defaults.Optimizer),
        "Optimizer: sgd, adamw, rmsprop, muon.");

    private protected static readonly Setting<double> LrSetting = new(
        "lr", SettingTypes.Number(v => v > 0, "a positive number such as 0.01"),
        ByDefault(s => s.OptimizerDefaults.LearningRate), "Learning rate.",
        ByDefault<string?>(s => $"{s.Defaults.LearningRateText} for sgd, 0.001 for adamw, 0.002 for rmsprop, 0.003 for muon"));

    private protected static readonly Setting<double> MomentumSetting = new(
        "momentum", SettingTypes.Number(v => v is >= 0 and < 1, "a number of at least 0 and below 1"),
        ByDefault(s => s.OptimizerDefaults.Momentum), "Momentum, at least 0 and below 1; adamw has none.",
        ByDefault<string?>(s => string.Create(
            CultureInfo.InvariantCulture, $"{s.Defaults.Momentum} for sgd, {RMSpropMomentum} for rmsprop, {MuonMomentum} for muon")));

    private protected static readonly Setting<double> WeightDecaySetting = new(
        "weight-decay", SettingTypes.Number(v => v >= 0, NonNegative), ByDefault(s => s.OptimizerDefaults.WeightDecay), "Weight decay.",
        _ => "0 for sgd and rmsprop, 0.01 for adamw and muon");

    private protected static readonly Setting<bool> NesterovSetting = new(
        "nesterov", SettingTypes.Switch, _ => false, "Use Nesterov momentum.")
    {
        Switches = [true],
    };

    private protected static readonly Setting<ScheduleKind> SchedSetting = new(
        "sched", SettingTypes.Choice<ScheduleKind>("schedule"), ByDefault(s => s.Defaults.Schedule),
        "Learning-rate schedule: none, step, cosine, onecycle, plateau.");

    private protected static readonly Setting<double> WarmupEpochsSetting = new(
        "warmup-epochs", SettingTypes.Number(v => v >= 0, NonNegative), ByDefault(s => s.DefaultWarmup),
        "Epochs, possibly fractional, in which the learning rate grows to {lr}.");

    private protected static readonly Setting<double?> WarmupLrSetting = new(
        "warmup-lr", SettingTypes.OptionalNumber(v => v >= 0, NonNegative), _ => null,
        "Learning rate at the start of the warm-up.", _ => "1% of {lr}");

    private protected static readonly Setting<double> DecayEpochsSetting = new(
        "decay-epochs", SettingTypes.Number(v => v > 0, "a positive number"), _ => 30,
        "For {sched} step: epochs between two reductions of the learning rate.");

    private protected static readonly Setting<double> DecayRateSetting = new(
        "decay-rate", SettingTypes.Number(v => v is > 0 and <= 1, "a number above 0 and at most 1"), _ => 0.1,
        "For {sched} step and plateau: factor of each reduction.");

    private protected static readonly Setting<IReadOnlyList<double>> MilestonesSetting = new(
        "milestones", SettingTypes.Ascending, ByDefault(s => s.DefaultMilestones),
        "For {sched} step: epochs at which the learning rate is reduced, for example 80,120, instead of {decay-epochs}.", _ => null);

    private protected static readonly Setting<double> MinLrSetting = new(
        "min-lr", SettingTypes.Number(v => v >= 0, NonNegative), _ => 0, "For {sched} cosine and plateau: lowest learning rate.");

    private protected static readonly Setting<int> ThreadsSetting = new(
        "threads", SettingTypes.Whole(1, SettingLimits.MaxThreads), _ => Environment.ProcessorCount,
        "Number of threads; results do not depend on it.")
    {
        OnResume = ResumeRule.MayChange,
    };

    /// <summary>Gets the number of passes over the training images.</summary>
    public int Epochs { get => Get(EpochsSetting); init => Set(EpochsSetting, value); }

    /// <summary>Gets the number of images per step.</summary>
    public int BatchSize { get => Get(BatchSizeSetting); init => Set(BatchSizeSetting, value); }

    /// <summary>Gets the optimizer.</summary>
    public OptimizerKind Optimizer { get => Get(OptSetting); init => Set(OptSetting, value); }

    /// <summary>Gets the learning rate; its default depends on the optimizer.</summary>
    public double LearningRate { get => Get(LrSetting); init => Set(LrSetting, value); }

    /// <summary>Gets the momentum; its default depends on the optimizer.</summary>
    public double Momentum { get => Get(MomentumSetting); init => Set(MomentumSetting, value); }

    /// <summary>Gets the weight decay; its default depends on the optimizer.</summary>
    public double WeightDecay { get => Get(WeightDecaySetting); init => Set(WeightDecaySetting, value); }

    /// <summary>Gets whether Nesterov momentum is used.</summary>
    public bool Nesterov { get => Get(NesterovSetting); init => Set(NesterovSetting, value); }

    /// <summary>Gets the learning-rate schedule.</summary>
    public ScheduleKind Schedule { get => Get(SchedSetting); init => Set(SchedSetting, value); }

    /// <summary>Gets the epochs in which the learning rate grows to its full value.</summary>
    public double WarmupEpochs { get => Get(WarmupEpochsSetting); init => Set(WarmupEpochsSetting, value); }

    /// <summary>Gets the learning rate at the start of the warm-up; null for a hundredth of the full one.</summary>
    public double? WarmupLearningRate { get => Get(WarmupLrSetting); init => Set(WarmupLrSetting, value); }

    /// <summary>Gets the epochs between two reductions of step decay.</summary>
    public double DecayEpochs { get => Get(DecayEpochsSetting); init => Set(DecayEpochsSetting, value); }

    /// <summary>Gets the factor of each reduction of step decay.</summary>
    public double DecayRate { get => Get(DecayRateSetting); init => Set(DecayRateSetting, value); }

    /// <summary>Gets the epochs at which step decay reduces the learning rate; empty for every <see cref="DecayEpochs"/>.</summary>
    public IReadOnlyList<double> Milestones { get => Get(MilestonesSetting); init => Set(MilestonesSetting, value); }

    /// <summary>Gets the learning rate at the end of cosine decay.</summary>
    public double MinLearningRate { get => Get(MinLrSetting); init => Set(MinLrSetting, value); }

    /// <summary>Gets the number of threads.</summary>
    public int Threads { get => Get(ThreadsSetting); init => Set(ThreadsSetting, value); }

    /// <summary>Gets the rows of the optimizer and the schedule.</summary>
    private protected static IReadOnlyList<Setting> OptimizationTable { get; } =
    [
        OptSetting, LrSetting, MomentumSetting, WeightDecaySetting, NesterovSetting, SchedSetting, WarmupEpochsSetting, WarmupLrSetting,
        DecayEpochsSetting, DecayRateSetting, MilestonesSetting, MinLrSetting,
    ];

    /// <summary>Gets the constants that belong to an optimizer.</summary>
    private protected static IReadOnlyList<Setting> OfOptimizer { get; } =
        [LrSetting, MomentumSetting, WeightDecaySetting, NesterovSetting];

    /// <summary>Gets the constants that belong to a schedule.</summary>
    private protected static IReadOnlyList<Setting> OfSchedule { get; } =
        [WarmupEpochsSetting, WarmupLrSetting, DecayEpochsSetting, DecayRateSetting, MilestonesSetting, MinLrSetting];

    /// <summary>
    /// Returns these settings, those of a file, with values given by hand. Where they name another optimizer or schedule, the constants of
    /// the file's own do not apply.
    /// </summary>
    internal RunSettings WithGiven(IReadOnlyList<SettingValue> given)
    {
        var settings = this.With(given);
        IEnumerable<Setting> dropped =
            [.. settings.Optimizer != Optimizer ? OfOptimizer : [], .. settings.Schedule != Schedule ? OfSchedule : []];
        return (RunSettings)WithoutValues(dropped).WithValues(given);
    }

    /// <summary>Gets the defaults that depend on the optimizer: a given one may differ from that of the other defaults.</summary>
    private SharedDefaults OptimizerDefaults => Optimizer == Defaults.Optimizer ? Defaults : Optimizer switch
    {
        OptimizerKind.AdamW => new() { LearningRate = AdamWLearningRate, Momentum = 0, WeightDecay = AdamWWeightDecay },
        OptimizerKind.RMSprop => new() { LearningRate = RMSpropLearningRate, Momentum = RMSpropMomentum },
        OptimizerKind.Muon => new() { LearningRate = MuonLearningRate, Momentum = MuonMomentum, WeightDecay = AdamWWeightDecay },
        _ => new(),
    };

    // A given schedule may differ from that of the other defaults.
    private double DefaultWarmup => Schedule == Defaults.Schedule ? Math.Min(Defaults.WarmupEpochs, Epochs / 10.0) : 0;

    private IReadOnlyList<double> DefaultMilestones => Schedule == ScheduleKind.Step && !IsGiven(DecayEpochsSetting)
        ? [.. Defaults.MilestoneShares.Select(share => Math.Floor(share * Epochs)).Where(epoch => epoch > 0).Distinct()]
        : [];

    private protected bool IsAdamW => Optimizer == OptimizerKind.AdamW;

    /// <summary>
    /// Gets the learning rate to try after this one made the loss infinite: a tenth, or the default if it is far above that.
    /// </summary>
    internal double LowerLearningRate => ToOptimizer().LowerLearningRate(OptimizerDefaults.LearningRate);

    /// <summary>Creates the optimizer.</summary>
    internal Optimizer ToOptimizer() => Optimizer switch
    {
        OptimizerKind.AdamW => new AdamW(LearningRate, weightDecay: WeightDecay),
        OptimizerKind.RMSprop => new RMSprop(LearningRate, alpha: 0.9, eps: 0.0316, WeightDecay, Momentum),
        OptimizerKind.Muon => new Muon(LearningRate, Momentum, WeightDecay),
        _ => new Sgd(LearningRate, Momentum, WeightDecay, Nesterov),
    };

    /// <summary>Creates the schedule.</summary>
    internal LearningRateSchedule ToSchedule()
    {
        LearningRateSchedule schedule = Schedule switch
        {
            ScheduleKind.Cosine => new CosineAnnealingLR(MinLearningRate),
            ScheduleKind.Step when Milestones.Count > 0 => new MultiStepLR(Milestones, DecayRate),
            ScheduleKind.Step => new StepLR(DecayEpochs, DecayRate),
            ScheduleKind.OneCycle => new OneCycleLR(PctStart, DivFactor, FinalDivFactor),
            ScheduleKind.Plateau => new ReduceLROnPlateau(DecayRate, PatienceEpochs, minRate: MinLearningRate),
            _ => new ConstantLR(),
        };
        return schedule with { WarmupEpochs = WarmupEpochs, WarmupRate = WarmupLearningRate };
    }

    /// <summary>Creates the options of a training.</summary>
    internal TrainingOptions ToTrainingOptions() => WithUpdates(new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Optimizer = ToOptimizer(),
        Schedule = ToSchedule(),
        Threads = Threads,
    });

    private (bool IsBroken, Setting Setting, FormattableString Message)[] OptimizationRules()
    {
        bool steps = Schedule == ScheduleKind.Step, isPlateau = Schedule == ScheduleKind.Plateau;
        (Setting Setting, FormattableString Message) Above(Setting setting, double? value) =>
            (setting, $"{{{setting.Name}}} {value}: expected at most the learning rate of {LearningRate}.");
        var (warmup, warmupMessage) = Above(WarmupLrSetting, WarmupLearningRate);
        var (min, minMessage) = Above(MinLrSetting, MinLearningRate);
        return
        [
            (IsAdamW && IsGiven(MomentumSetting) && Momentum != 0, MomentumSetting,
                $"{{momentum}}: adamw has no momentum; omit the option or use {{opt}} sgd."),
            (Nesterov && Optimizer != OptimizerKind.Sgd, NesterovSetting,
                $"{{nesterov}}: an option of sgd; omit it or use {{opt}} sgd."),
            (Nesterov && Momentum == 0, NesterovSetting, $"{{nesterov}}: Nesterov momentum requires a {{momentum}} above 0."),
            (!steps && IsChanged(DecayEpochsSetting, 30d), DecayEpochsSetting, $"{{decay-epochs}} requires {{sched}} step."),
            (!steps && !isPlateau && IsChanged(DecayRateSetting, 0.1), DecayRateSetting,
                $"{{decay-rate}} requires {{sched}} step or plateau."),
            (!steps && Milestones.Count > 0, MilestonesSetting, $"{{milestones}} requires {{sched}} step."),
            (Milestones.Count > 0 && IsChanged(DecayEpochsSetting, 30d), DecayEpochsSetting,
                $"{{decay-epochs}} and {{milestones}} cannot be combined."),
            (Schedule != ScheduleKind.Cosine && !isPlateau && IsChanged(MinLrSetting, 0d), MinLrSetting,
                $"{{min-lr}} requires {{sched}} cosine or plateau."),
            (WarmupLearningRate is not null && WarmupEpochs == 0, WarmupLrSetting, $"{{warmup-lr}} requires {{warmup-epochs}}."),
            (WarmupEpochs >= Epochs, WarmupEpochsSetting,
                $"{{warmup-epochs}} {WarmupEpochs}: expected fewer than the {Epochs} of {{epochs}}."),
            (WarmupLearningRate > LearningRate, warmup, warmupMessage),
            (MinLearningRate > LearningRate, min, minMessage),
            .. ScheduleRules(),
        ];
    }

    // A configuration file gives all settings of a run, most with their defaults.
    private bool IsChanged(Setting<double> setting, double byDefault) => IsGiven(setting) && Get(setting) != byDefault;
}
