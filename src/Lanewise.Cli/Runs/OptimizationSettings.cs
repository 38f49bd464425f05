using System.Text.Json;
using Lanewise.Cli.Common;

namespace Lanewise.Cli.Runs;

/// <summary>The optimizers.</summary>
internal enum OptimizerKind
{
    Sgd,
    AdamW,
}

/// <summary>The learning-rate schedules.</summary>
internal enum ScheduleKind
{
    None,
    Step,
    Cosine,
}

/// <summary>The optimizer and learning-rate schedule of a run, as stored in <c>args.json</c>.</summary>
internal sealed record OptimizationSettings
{
    public OptimizerKind Optimizer { get; init; }

    public double LearningRate { get; init; } = 0.01;

    public double Momentum { get; init; } = 0.5;

    public double WeightDecay { get; init; }

    public bool Nesterov { get; init; }

    public ScheduleKind Schedule { get; init; }

    public double WarmupEpochs { get; init; }

    /// <summary>Gets the learning rate at the start of the warm-up; null for the default of the library.</summary>
    public double? WarmupLearningRate { get; init; }

    public double DecayEpochs { get; init; } = 30;

    public double DecayRate { get; init; } = 0.1;

    /// <summary>Gets the epochs at which the learning rate is reduced; empty for every <see cref="DecayEpochs"/>.</summary>
    public IReadOnlyList<double> Milestones { get; init; } = [];

    public double MinLearningRate { get; init; }

    public Optimizer ToOptimizer() => Optimizer switch
    {
        OptimizerKind.AdamW => new AdamW(LearningRate, weightDecay: WeightDecay),
        _ => new Sgd(LearningRate, Momentum, WeightDecay, Nesterov),
    };

    public LearningRateSchedule ToSchedule()
    {
        LearningRateSchedule schedule = Schedule switch
        {
            ScheduleKind.Cosine => new CosineAnnealingLR(MinLearningRate),
            ScheduleKind.Step when Milestones.Count > 0 => new MultiStepLR(Milestones, DecayRate),
            ScheduleKind.Step => new StepLR(DecayEpochs, DecayRate),
            _ => new ConstantLR(),
        };
        return schedule with { WarmupEpochs = WarmupEpochs, WarmupRate = WarmupLearningRate };
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("opt", EnumNames.Of(Optimizer));
        json.WriteNumber("lr", LearningRate);
        json.WriteNumber("momentum", Momentum);
        json.WriteNumber("weight_decay", WeightDecay);
        json.WriteBoolean("nesterov", Nesterov);
        json.WriteString("sched", EnumNames.Of(Schedule));
        json.WriteNumber("warmup_epochs", WarmupEpochs);
        json.WriteNumberOrNull("warmup_lr", WarmupLearningRate ?? double.NaN);
        json.WriteNumber("decay_epochs", DecayEpochs);
        json.WriteNumber("decay_rate", DecayRate);
        json.WriteValues("milestones", Milestones, json.WriteNumberValue);
        json.WriteNumber("min_lr", MinLearningRate);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the first versions wrote no schedule.</summary>
    /// <exception cref="FormatException">A name is unknown.</exception>
    public static OptimizationSettings Read(JsonElement json)
    {
        var defaults = new OptimizationSettings();
        return new()
        {
            Optimizer = Read<OptimizerKind>(json.GetProperty("opt")),
            LearningRate = json.GetProperty("lr").GetDouble(),
            Momentum = json.GetProperty("momentum").GetDouble(),
            WeightDecay = json.GetProperty("weight_decay").GetDouble(),
            Nesterov = json.GetProperty("nesterov").GetBoolean(),
            Schedule = json.GetPropertyOrNull("sched") is { } schedule ? Read<ScheduleKind>(schedule) : defaults.Schedule,
            WarmupEpochs = json.GetPropertyOrNull("warmup_epochs")?.GetDouble() ?? defaults.WarmupEpochs,
            WarmupLearningRate = json.GetPropertyOrNull("warmup_lr")?.GetDouble(),
            DecayEpochs = json.GetPropertyOrNull("decay_epochs")?.GetDouble() ?? defaults.DecayEpochs,
            DecayRate = json.GetPropertyOrNull("decay_rate")?.GetDouble() ?? defaults.DecayRate,
            Milestones = [.. json.GetPropertyOrNull("milestones")?.EnumerateArray().Select(milestone => milestone.GetDouble()) ?? []],
            MinLearningRate = json.GetPropertyOrNull("min_lr")?.GetDouble() ?? defaults.MinLearningRate,
        };
    }

    private static T Read<T>(JsonElement json)
        where T : struct, Enum =>
        json.GetString() is { } name && EnumNames.Find<T>(name) is { } value
            ? value
            : throw new FormatException($"'{json}' is not one of {string.Join(", ", EnumNames.All<T>())}");
}
