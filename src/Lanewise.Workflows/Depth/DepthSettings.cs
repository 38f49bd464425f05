using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>The settings of a depth study, as stored in its <c>args.json</c>.</summary>
public sealed record DepthSettings : RunSettings
{
    private const double LearningRateWithBatchNorm = 0.1, LearningRateWithoutBatchNorm = 0.01;

    // That of the paper (He et al. 2015, §4.2), and one block per stage.
    private const int MaxDepth = 1202, MinDepth = 8;

    private static readonly Setting<IReadOnlyList<int>> DepthsSetting = new(
        "depths", SettingTypes.List("N,…", ParseDepth, Number, asText: false), _ => [20, 56],
        "Layers with weights of each network: 8, 14, 20, …, 6n + 2.");

    private static readonly Setting<IReadOnlyList<DepthFamily>> FamiliesSetting = new(
        "families", SettingTypes.List("NAME,…", ParseFamily, EnumNames.Of, asText: true), _ => Enum.GetValues<DepthFamily>(),
        $"Families of networks: {string.Join(", ", EnumNames.All<DepthFamily>())}.", _ => "both");

    private static readonly Setting<IReadOnlyList<int>> SeedsSetting = new(
        "seeds", SettingTypes.List("N,…", ParseSeed, Number, asText: false), _ => [1],
        "Seeds; each network is trained once per seed.");

    private static readonly Setting<bool> BatchNormSetting = new(
        "batch-norm", SettingTypes.Switch, _ => true, "Build the networks without batch normalization.")
    {
        Switches = [false],
    };

    private static readonly Setting<WeightStart> InitSetting = new(
        "init", SettingTypes.Choice<WeightStart>("initialization"), _ => WeightStart.Default,
        "Initialization of convolutions: default, he. default is that of PyTorch, he that of He et al. (2015).");

    private static readonly Setting<bool> AtStartSetting = new(
        "at-start", SettingTypes.Switch, _ => false,
        "Measure the gradients of the initial weights only, without training; takes seconds.")
    {
        Switches = [true],
    };

    /// <summary>Gets the rows of all settings.</summary>
    public static IReadOnlyList<Setting> AllSettings { get; } =
    [
        DepthsSetting, FamiliesSetting, SeedsSetting, BatchNormSetting, InitSetting, AtStartSetting, DatasetSetting, DataDirSetting,
        OnCorruptSetting, LimitTrainSetting, LimitTestSetting, EpochsSetting, BatchSizeSetting, .. OptimizationTable, ThreadsSetting,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Setting> Table => AllSettings;

    /// <summary>Gets the depths, each 6·n + 2.</summary>
    public IReadOnlyList<int> Depths { get => Get(DepthsSetting); init => Set(DepthsSetting, value); }

    /// <summary>Gets the families of networks.</summary>
    public IReadOnlyList<DepthFamily> Families { get => Get(FamiliesSetting); init => Set(FamiliesSetting, value); }

    /// <summary>Gets the seeds; each network is trained once per seed.</summary>
    public IReadOnlyList<int> Seeds { get => Get(SeedsSetting); init => Set(SeedsSetting, value); }

    /// <summary>Gets whether batch norm follows each convolution.</summary>
    public bool BatchNorm { get => Get(BatchNormSetting); init => Set(BatchNormSetting, value); }

    /// <summary>Gets the initialization of convolutions.</summary>
    public WeightStart Start { get => Get(InitSetting); init => Set(InitSetting, value); }

    /// <summary>Gets whether only the gradients of the initial weights are measured.</summary>
    public bool AtStart { get => Get(AtStartSetting); init => Set(AtStartSetting, value); }

    /// <summary>Gets all runs, shallow networks first, so that an interrupted study has compared some.</summary>
    internal IReadOnlyList<DepthRun> Runs =>
    [
        .. from seed in Seeds
           from depth in Depths.Order()
           from family in Families
           select new DepthRun(family, depth, BatchNorm, Start, seed),
    ];

    /// <inheritdoc/>
    internal override string Kind => "study";

    /// <inheritdoc/>
    private protected override SharedDefaults Defaults => new()
    {
        Epochs = 4,
        BatchSize = 128,
        LearningRate = BatchNorm ? LearningRateWithBatchNorm : LearningRateWithoutBatchNorm,
        LearningRateText = FormattableString.Invariant(
            $"{LearningRateWithBatchNorm} ({LearningRateWithoutBatchNorm} with {{no-batch-norm}})"),
        Momentum = 0.9,
        Schedule = ScheduleKind.Cosine,
        LimitTrain = 6000,
        LimitTest = 2000,
    };

    /// <inheritdoc/>
    public override void Check()
    {
        foreach (int depth in Depths)
        {
            CheckDepth(depth);
        }

        Setting? empty = Families.Count == 0 ? FamiliesSetting : Depths.Count == 0 ? DepthsSetting : Seeds.Count == 0 ? SeedsSetting : null;
        if (empty is not null || Runs.Distinct().Count() != Runs.Count)
        {
            throw new SettingException(
                "{families}, {depths} and {seeds}: a study needs at least one of each, and each once.", (empty ?? SeedsSetting).Name);
        }

        base.Check();
    }

    /// <inheritdoc/>
    private protected override ResumeRule RuleOf(Setting setting) =>
        // A study compares trainings of one length.
        setting == EpochsSetting ? ResumeRule.Same : base.RuleOf(setting);

    /// <summary>Combines the settings of the study to resume with those that may be changed.</summary>
    /// <param name="given">The given values.</param>
    /// <exception cref="SettingException">A value contradicts the study to resume.</exception>
    internal DepthSettings Resume(IReadOnlyList<SettingValue> given) => (DepthSettings)Resumed(given);

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int ParseSeed(string name, string text) => int.TryParse(
        text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out int value)
        ? value
        : throw new SettingException($"{{{name}}} {text}: expected comma-separated whole numbers.", name);

    private static int ParseDepth(string name, string text) => CheckDepth(ParseSeed(name, text));

    /// <summary>Returns a depth if there is a network of it; the message names the nearest otherwise.</summary>
    private static int CheckDepth(int depth)
    {
        const int Step = 6;
        if (depth is >= MinDepth and <= MaxDepth && (depth - MinDepth) % Step == 0)
        {
            return depth;
        }

        int below = Math.Clamp(MinDepth + (int)Math.Floor(((double)depth - MinDepth) / Step) * Step, MinDepth, MaxDepth);
        string nearest = depth is > MinDepth and < MaxDepth ? $"; the nearest are {below} and {below + Step}" : "";
        throw new SettingException(
            $"There is no network of {depth} layers; there are 8, 14, 20, 26, 32 and so on, 6·n + 2, up to {MaxDepth}{nearest}.",
            DepthsSetting.Name);
    }

    private static DepthFamily ParseFamily(string name, string text) => EnumNames.Find<DepthFamily>(text)
        ?? throw new SettingException(UnknownName.Message("family", text, EnumNames.All<DepthFamily>()), name);
}
