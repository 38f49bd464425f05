using System.Text.Json;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>What steps by the gradients.</summary>
internal enum OptimizerKind
{
    Sgd,
    AdamW,
}

/// <summary>How the learning rate falls.</summary>
internal enum ScheduleKind
{
    None,
    Step,
    Cosine,
}

/// <summary>A run's optimizer and learning rate, as <c>args.json</c> keeps them.</summary>
internal sealed record RunRecipe
{
    public OptimizerKind Optimizer { get; init; }

    public double LearningRate { get; init; } = 0.01;

    public double Momentum { get; init; } = 0.5;

    public double WeightDecay { get; init; }

    public bool Nesterov { get; init; }

    public ScheduleKind Schedule { get; init; }

    public double WarmupEpochs { get; init; }

    /// <summary>Where the warm-up begins; null for the library's share of the rate.</summary>
    public double? WarmupRate { get; init; }

    public double DecayEpochs { get; init; } = 30;

    public double DecayRate { get; init; } = 0.1;

    /// <summary>When the rate steps down; empty for every <see cref="DecayEpochs"/>.</summary>
    public IReadOnlyList<double> Milestones { get; init; } = [];

    public double MinRate { get; init; }

    public Optimizer ToOptimizer() => Optimizer switch
    {
        OptimizerKind.AdamW => new AdamW((float)LearningRate, WeightDecay: (float)WeightDecay),
        _ => new Sgd((float)LearningRate, (float)Momentum, (float)WeightDecay, Nesterov),
    };

    public LearningRateSchedule ToSchedule()
    {
        LearningRateSchedule schedule = Schedule switch
        {
            ScheduleKind.Cosine => new LearningRateSchedule.Cosine(MinRate),
            ScheduleKind.Step when Milestones.Count > 0 => new LearningRateSchedule.Milestones(Milestones, DecayRate),
            ScheduleKind.Step => new LearningRateSchedule.Step(DecayEpochs, DecayRate),
            _ => new LearningRateSchedule.Constant(),
        };
        return schedule with { WarmupEpochs = WarmupEpochs, WarmupRate = WarmupRate };
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("opt", Word.Of(Optimizer));
        json.WriteNumber("lr", LearningRate);
        json.WriteNumber("momentum", Momentum);
        json.WriteNumber("weight_decay", WeightDecay);
        json.WriteBoolean("nesterov", Nesterov);
        json.WriteString("sched", Word.Of(Schedule));
        json.WriteNumber("warmup_epochs", WarmupEpochs);
        json.WriteNumberOrNull("warmup_lr", WarmupRate ?? double.NaN);
        json.WriteNumber("decay_epochs", DecayEpochs);
        json.WriteNumber("decay_rate", DecayRate);
        json.WriteStartArray("milestones");
        foreach (double milestone in Milestones)
        {
            json.WriteNumberValue(milestone);
        }

        json.WriteEndArray();
        json.WriteNumber("min_lr", MinRate);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; runs of the first versions have no schedule.</summary>
    /// <exception cref="FormatException">A word is none of those that there are.</exception>
    public static RunRecipe Read(JsonElement json)
    {
        var ordinary = new RunRecipe();
        return new()
        {
            Optimizer = Read<OptimizerKind>(json.GetProperty("opt")),
            LearningRate = json.GetProperty("lr").GetDouble(),
            Momentum = json.GetProperty("momentum").GetDouble(),
            WeightDecay = json.GetProperty("weight_decay").GetDouble(),
            Nesterov = json.GetProperty("nesterov").GetBoolean(),
            Schedule = json.Find("sched") is { } schedule ? Read<ScheduleKind>(schedule) : ordinary.Schedule,
            WarmupEpochs = json.Find("warmup_epochs")?.GetDouble() ?? ordinary.WarmupEpochs,
            WarmupRate = json.Find("warmup_lr")?.GetDouble(),
            DecayEpochs = json.Find("decay_epochs")?.GetDouble() ?? ordinary.DecayEpochs,
            DecayRate = json.Find("decay_rate")?.GetDouble() ?? ordinary.DecayRate,
            Milestones = [.. json.Find("milestones")?.EnumerateArray().Select(milestone => milestone.GetDouble()) ?? []],
            MinRate = json.Find("min_lr")?.GetDouble() ?? ordinary.MinRate,
        };
    }

    private static T Read<T>(JsonElement json)
        where T : struct, Enum =>
        json.GetString() is { } word && Word.Find<T>(word) is { } value
            ? value
            : throw new FormatException($"'{json}' is none of {string.Join(", ", Word.All<T>())}");
}
