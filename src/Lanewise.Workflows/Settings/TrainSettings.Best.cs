namespace Lanewise.Workflows;

/// <summary>The metrics that can decide which epoch is the best.</summary>
public enum MonitoredMetric
{
    /// <summary>The mean cross-entropy over the validation images, <c>val_loss</c>: the lowest.</summary>
    ValLoss,

    /// <summary>The accuracy on the validation images, <c>val_top1</c>: the highest.</summary>
    ValTop1,
}

// Which weights a run keeps and starts from, and when it ends.
public sealed partial record TrainSettings
{
    private static readonly string[] MetricNames = ["val_loss", "val_top1"];

    private static readonly Setting<MonitoredMetric?> MonitorSetting = new(
        "monitor",
        new SettingType<MonitoredMetric?>(
            "NAME",
            (name, text) => FindMetric(text) ?? throw new SettingException(UnknownName.Message("metric", text, MetricNames), name),
            metric => NameOf(metric.GetValueOrDefault()),
            (json, metric) => json.WriteStringValue(NameOf(metric.GetValueOrDefault())),
            json => FindMetric(json.GetString() ?? "")
                ?? throw new FormatException($"'{json}' is not one of {string.Join(", ", MetricNames)}"))
        {
            Choices = MetricNames,
        },
        _ => null,
        "Keep the weights of the epoch that is best by val_loss or val_top1, besides the last ones; other commands then take these. "
        + "Of equal epochs the first; with {model-ema}, of the averaged weights.");

    private static readonly Setting<int?> PatienceSetting = new(
        "patience", SettingTypes.Limit(SettingLimits.MaxEpochs), _ => null,
        "With {monitor}: end the training after N epochs without improvement.", _ => "train all epochs")
    {
        OnResume = ResumeRule.MayChange,
    };

    private static readonly Setting<RunWeights?> UseSetting = new(
        "use", SettingTypes.OptionalChoice<RunWeights>("set of weights"), _ => null,
        "With {weights} or {pretrained} RUN: the set of the run's weights to start from: last, best, ema.",
        _ => "the one that its args.json names")
    {
        OnResume = ResumeRule.NotAllowed,
    };

    /// <summary>Gets the metric by which the weights of the best epoch are kept; null to keep the last ones only.</summary>
    public MonitoredMetric? Monitor { get => Get(MonitorSetting); init => Set(MonitorSetting, value); }

    /// <summary>Gets the number of epochs without improvement after which training ends; null to train all.</summary>
    public int? Patience { get => Get(PatienceSetting); init => Set(PatienceSetting, value); }

    /// <summary>
    /// Gets the set of weights to start from, of the run in <see cref="Weights"/> or <see cref="Pretrained"/>; null for the one that
    /// answers.
    /// </summary>
    public RunWeights? Use { get => Get(UseSetting); init => Set(UseSetting, value); }

    private static IReadOnlyList<Setting> BestTable { get; } = [MonitorSetting, PatienceSetting, UseSetting];

    /// <inheritdoc/>
    internal override RunWeights? Answers => Monitor is not null ? RunWeights.Best : ModelEma ? RunWeights.Ema : RunWeights.Last;

    /// <summary>Gets the name of a metric, as in <c>summary.csv</c>.</summary>
    internal static string NameOf(MonitoredMetric metric) => MetricNames[(int)metric];

    private static MonitoredMetric? FindMetric(string text) =>
        Array.FindIndex(MetricNames, name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var i
            ? (MonitoredMetric)i : null;

    private void CheckBest()
    {
        if (Patience is not null && Monitor is null)
        {
            throw new SettingException("{patience} requires {monitor}: the metric that has to improve.", PatienceSetting.Name);
        }

        if (Use is not null && (Weights ?? Pretrained) is null)
        {
            throw new SettingException("{use} requires {weights} or {pretrained}: the run whose weights are taken.", UseSetting.Name);
        }
    }
}
