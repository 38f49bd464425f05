using System.CommandLine;
using System.Globalization;
using Lanewise.Cli.Common;
using Lanewise.Cli.Runs;

namespace Lanewise.Cli.Options;

/// <summary>The options of the optimizer and the learning-rate schedule, with the names of timm.</summary>
/// <param name="defaults">Gets the defaults of SGD, which may depend on other options of the verb.</param>
/// <param name="lr">The default learning rate of SGD, for help.</param>
/// <param name="momentum">The default momentum of SGD, for help.</param>
/// <param name="schedule">The default schedule, for help.</param>
internal sealed class OptimizationOptions(
    Func<ParseResult, OptimizationSettings> defaults, string lr, string momentum, ScheduleKind schedule)
{
    private const double AdamWLearningRate = 0.001;
    private const double AdamWWeightDecay = 0.01;
    private const string Positive = "a positive number";
    private const string NonNegative = "a number of at least 0";

    private readonly Option<OptimizerKind?> _opt = OptionFactory.Choice("--opt", "optimizer", OptimizerKind.Sgd, "Optimizer");

    private readonly Option<double?> _lr = OptionFactory.Number(
        "--lr", v => v > 0, "a positive number such as 0.01", "Learning rate.", $"{lr} for sgd, 0.001 for adamw");

    private readonly Option<double?> _momentum = OptionFactory.Number(
        "--momentum", v => v is >= 0 and < 1, "a number of at least 0 and below 1", "Momentum of sgd, at least 0 and below 1.", momentum);

    private readonly Option<double?> _weightDecay = OptionFactory.Number(
        "--weight-decay", v => v >= 0, NonNegative, "Weight decay.", "0 for sgd, 0.01 for adamw");

    private readonly Option<bool> _nesterov = new("--nesterov") { Description = "Use Nesterov momentum." };

    private readonly Option<ScheduleKind?> _sched = OptionFactory.Choice("--sched", "schedule", schedule, "Learning-rate schedule");

    private readonly Option<double?> _warmupEpochs = OptionFactory.Number(
        "--warmup-epochs", v => v >= 0, NonNegative, "Epochs, possibly fractional, in which the learning rate grows to --lr.", "0");

    private readonly Option<double?> _warmupLr = OptionFactory.Number(
        "--warmup-lr", v => v >= 0, NonNegative, "Learning rate at the start of the warm-up.", "1% of --lr");

    private readonly Option<double?> _decayEpochs = OptionFactory.Number(
        "--decay-epochs", v => v > 0, Positive, "For --sched step: epochs between two reductions of the learning rate.", "30");

    private readonly Option<double?> _decayRate = OptionFactory.Number(
        "--decay-rate", v => v is > 0 and <= 1, "a number above 0 and at most 1", "For --sched step: factor of each reduction.", "0.1");

    private readonly Option<double[]?> _milestones = Ascending(
        "--milestones", "For --sched step: epochs at which the learning rate is reduced, for example 80,120, instead of --decay-epochs.");

    private readonly Option<double?> _minLr = OptionFactory.Number(
        "--min-lr", v => v >= 0, NonNegative, "For --sched cosine: learning rate at the end.", "0");

    public IEnumerable<Option> All =>
    [
        _opt, _lr, _momentum, _weightDecay, _nesterov, _sched, _warmupEpochs, _warmupLr, _decayEpochs, _decayRate, _milestones, _minLr,
    ];

    public OptimizationSettings Read(ParseResult parse)
    {
        bool adamW = parse.GetValue(_opt) == OptimizerKind.AdamW;
        var defaultSettings = defaults(parse);
        return new()
        {
            Optimizer = parse.GetValue(_opt) ?? defaultSettings.Optimizer,
            LearningRate = parse.GetValue(_lr) ?? (adamW ? AdamWLearningRate : defaultSettings.LearningRate),
            Momentum = parse.GetValue(_momentum) ?? (adamW ? 0 : defaultSettings.Momentum),
            WeightDecay = parse.GetValue(_weightDecay) ?? (adamW ? AdamWWeightDecay : defaultSettings.WeightDecay),
            Nesterov = parse.GetValue(_nesterov),
            Schedule = parse.GetValue(_sched) ?? defaultSettings.Schedule,
            WarmupEpochs = parse.GetValue(_warmupEpochs) ?? defaultSettings.WarmupEpochs,
            WarmupLearningRate = parse.GetValue(_warmupLr),
            DecayEpochs = parse.GetValue(_decayEpochs) ?? defaultSettings.DecayEpochs,
            DecayRate = parse.GetValue(_decayRate) ?? defaultSettings.DecayRate,
            Milestones = parse.GetValue(_milestones) ?? defaultSettings.Milestones,
            MinLearningRate = parse.GetValue(_minLr) ?? defaultSettings.MinLearningRate,
        };
    }

    /// <summary>Finds the first contradiction among the options of a new run.</summary>
    /// <returns>The message, or null if there is none.</returns>
    public string? FindContradiction(ParseResult parse, int epochs)
    {
        var settings = Read(parse);
        bool adamW = settings.Optimizer == OptimizerKind.AdamW, steps = settings.Schedule == ScheduleKind.Step;
        (bool IsBroken, FormattableString Message)[] rules =
        [
            (adamW && parse.IsGiven(_momentum), $"--momentum: adamw has no momentum; omit the option or use --opt sgd."),
            (adamW && parse.IsGiven(_nesterov), $"--nesterov: adamw has no momentum; omit the option or use --opt sgd."),
            (settings.Nesterov && settings.Momentum == 0, $"--nesterov: Nesterov momentum requires a --momentum above 0."),
            (!steps && parse.IsGiven(_decayEpochs), $"--decay-epochs requires --sched step."),
            (!steps && parse.IsGiven(_decayRate), $"--decay-rate requires --sched step."),
            (!steps && parse.IsGiven(_milestones), $"--milestones requires --sched step."),
            (parse.IsGiven(_decayEpochs) && parse.IsGiven(_milestones), $"--decay-epochs and --milestones cannot be combined."),
            (settings.Schedule != ScheduleKind.Cosine && parse.IsGiven(_minLr), $"--min-lr requires --sched cosine."),
            (parse.IsGiven(_warmupLr) && settings.WarmupEpochs == 0, $"--warmup-lr requires --warmup-epochs."),
            (settings.WarmupEpochs >= epochs, $"--warmup-epochs {settings.WarmupEpochs}: expected fewer than the {epochs} of --epochs."),
            (settings.WarmupLearningRate > settings.LearningRate, AboveLearningRate("--warmup-lr", settings.WarmupLearningRate, settings)),
            (settings.MinLearningRate > settings.LearningRate, AboveLearningRate("--min-lr", settings.MinLearningRate, settings)),
        ];
        return rules.FirstOrDefault(rule => rule.IsBroken).Message is { } message ? FormattableString.Invariant(message) : null;
    }

    /// <summary>Checks that the given options agree with the run to resume.</summary>
    /// <exception cref="UsageException">An option differs.</exception>
    public void RequireSame(ParseResult parse, OptimizationSettings earlier)
    {
        var opt = parse.GetValue(_opt) ?? earlier.Optimizer;
        var sched = parse.GetValue(_sched) ?? earlier.Schedule;
        ResumeChecks.RequireSame(parse, _opt, EnumNames.Of(opt), EnumNames.Of(earlier.Optimizer));
        ResumeChecks.RequireSame(parse, _lr, earlier.LearningRate);
        ResumeChecks.RequireSame(parse, _momentum, earlier.Momentum);
        ResumeChecks.RequireSame(parse, _weightDecay, earlier.WeightDecay);
        ResumeChecks.RequireSame(parse, _nesterov, earlier.Nesterov);
        ResumeChecks.RequireSame(parse, _sched, EnumNames.Of(sched), EnumNames.Of(earlier.Schedule));
        ResumeChecks.RequireSame(parse, _warmupEpochs, earlier.WarmupEpochs);
        ResumeChecks.RequireSame(parse, _warmupLr, earlier.WarmupLearningRate);
        ResumeChecks.RequireSame(parse, _decayEpochs, earlier.DecayEpochs);
        ResumeChecks.RequireSame(parse, _decayRate, earlier.DecayRate);
        ResumeChecks.RequireSame(parse, _milestones, List(parse.GetValue(_milestones) ?? []), List(earlier.Milestones));
        ResumeChecks.RequireSame(parse, _minLr, earlier.MinLearningRate);
    }

    private static FormattableString AboveLearningRate(string option, double? value, OptimizationSettings settings) =>
        $"{option} {value}: expected at most the learning rate of {settings.LearningRate}.";

    private static Option<double[]?> Ascending(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N,…",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            double[] numbers = [.. text.Split(',').Select(
                part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) ? v : double.NaN)];
            if (numbers.Length > 0 && numbers.All(v => double.IsFinite(v) && v > 0)
                && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second))
            {
                return numbers;
            }

            result.AddError($"{name} {text}: expected comma-separated positive numbers in ascending order, such as 80,120.");
            return null;
        },
    };

    private static string? List(IReadOnlyList<double> numbers) =>
        numbers.Count == 0 ? null : string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
