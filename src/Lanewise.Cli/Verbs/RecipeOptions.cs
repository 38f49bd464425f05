using System.CommandLine;
using System.Globalization;
using Lanewise.Cli.Runs;

namespace Lanewise.Cli.Verbs;

/// <summary>The options that choose the optimizer and its learning rate, by timm's names.</summary>
/// <param name="ordinary">What sgd and its schedule are unless the options say otherwise; the other options may bear on it.</param>
/// <param name="rate">Its learning rate, for help.</param>
/// <param name="momentum">Its momentum, for help.</param>
/// <param name="schedule">Its schedule, for help.</param>
internal sealed class RecipeOptions(Func<ParseResult, RunRecipe> ordinary, string rate, string momentum, ScheduleKind schedule)
{
    private const double AdamWRate = 0.001;
    private const double AdamWDecay = 0.01;

    private readonly Option<OptimizerKind?> _opt = Options.Choice("--opt", "optimizer", OptimizerKind.Sgd, "The optimizer");
    private readonly Option<double?> _lr = Options.Number("--lr", v => v > 0, "a positive number such as 0.01", $"Learning rate; {rate} for sgd and 0.001 for adamw if not given.");
    private readonly Option<double?> _momentum = Options.Number("--momentum", v => v is >= 0 and < 1, "a number of at least 0 and below 1", $"Momentum of sgd, at least 0 and below 1; {momentum} if not given.");
    private readonly Option<double?> _weightDecay = Options.Number("--weight-decay", v => v >= 0, "a number of at least 0", "Weight decay; none for sgd and 0.01 for adamw if not given.");
    private readonly Option<bool> _nesterov = new("--nesterov") { Description = "Nesterov's momentum." };
    private readonly Option<ScheduleKind?> _sched = Options.Choice("--sched", "schedule", schedule, "How the learning rate falls");
    private readonly Option<double?> _warmupEpochs = Options.Number("--warmup-epochs", v => v >= 0, "a number of at least 0", "Epochs, or a fraction of one, in which the rate grows to --lr.");
    private readonly Option<double?> _warmupRate = Options.Number("--warmup-lr", v => v >= 0, "a number of at least 0", "The rate at which the warm-up begins; a hundredth of --lr if not given.");
    private readonly Option<double?> _decayEpochs = Options.Number("--decay-epochs", v => v > 0, "a positive number", "For --sched step: epochs between two steps down; 30 if not given.");
    private readonly Option<double?> _decayRate = Options.Number("--decay-rate", v => v is > 0 and <= 1, "a number above 0 and at most 1", "For --sched step: what a step down leaves of the rate; 0.1 if not given.");
    private readonly Option<double[]?> _milestones = Ascending("--milestones", "For --sched step: the epochs at which the rate steps down, for example 80,120, instead of --decay-epochs.");
    private readonly Option<double?> _minRate = Options.Number("--min-lr", v => v >= 0, "a number of at least 0", "For --sched cosine: the rate at the end; 0 if not given.");

    public IEnumerable<Option> All =>
    [
        _opt, _lr, _momentum, _weightDecay, _nesterov, _sched, _warmupEpochs, _warmupRate, _decayEpochs, _decayRate, _milestones, _minRate,
    ];

    public RunRecipe Read(ParseResult parse)
    {
        bool adamW = parse.GetValue(_opt) == OptimizerKind.AdamW;
        var usual = ordinary(parse);
        return new()
        {
            Optimizer = parse.GetValue(_opt) ?? usual.Optimizer,
            LearningRate = parse.GetValue(_lr) ?? (adamW ? AdamWRate : usual.LearningRate),
            Momentum = parse.GetValue(_momentum) ?? (adamW ? 0 : usual.Momentum),
            WeightDecay = parse.GetValue(_weightDecay) ?? (adamW ? AdamWDecay : usual.WeightDecay),
            Nesterov = parse.GetValue(_nesterov),
            Schedule = parse.GetValue(_sched) ?? usual.Schedule,
            WarmupEpochs = parse.GetValue(_warmupEpochs) ?? usual.WarmupEpochs,
            WarmupRate = parse.GetValue(_warmupRate),
            DecayEpochs = parse.GetValue(_decayEpochs) ?? usual.DecayEpochs,
            DecayRate = parse.GetValue(_decayRate) ?? usual.DecayRate,
            Milestones = parse.GetValue(_milestones) ?? usual.Milestones,
            MinRate = parse.GetValue(_minRate) ?? usual.MinRate,
        };
    }

    /// <summary>What is wrong with the options of a new run when they are taken together; null when nothing is.</summary>
    public string? Contradiction(ParseResult parse, int epochs)
    {
        var recipe = Read(parse);
        bool adamW = recipe.Optimizer == OptimizerKind.AdamW, steps = recipe.Schedule == ScheduleKind.Step;
        (bool Wrong, FormattableString Message)[] rules =
        [
            (adamW && parse.IsGiven(_momentum), $"--momentum: it is sgd's, and adamw has none; leave one of the two out."),
            (adamW && parse.IsGiven(_nesterov), $"--nesterov: it is sgd's, and adamw has none; leave one of the two out."),
            (recipe.Nesterov && recipe.Momentum == 0, $"--nesterov: it looks ahead by the momentum, so --momentum must be above 0."),
            (!steps && parse.IsGiven(_decayEpochs), $"--decay-epochs: it needs --sched step."),
            (!steps && parse.IsGiven(_decayRate), $"--decay-rate: it needs --sched step."),
            (!steps && parse.IsGiven(_milestones), $"--milestones: it needs --sched step."),
            (parse.IsGiven(_decayEpochs) && parse.IsGiven(_milestones), $"--decay-epochs, --milestones: both say when the rate steps down; leave one of the two out."),
            (recipe.Schedule != ScheduleKind.Cosine && parse.IsGiven(_minRate), $"--min-lr: it needs --sched cosine."),
            (parse.IsGiven(_warmupRate) && recipe.WarmupEpochs == 0, $"--warmup-lr: it needs --warmup-epochs."),
            (recipe.WarmupEpochs >= epochs, $"--warmup-epochs {recipe.WarmupEpochs}: it must be fewer than the {epochs} of --epochs."),
            (recipe.WarmupRate > recipe.LearningRate, $"--warmup-lr {recipe.WarmupRate}: it is above the learning rate of {recipe.LearningRate}; name less."),
            (recipe.MinRate > recipe.LearningRate, $"--min-lr {recipe.MinRate}: it is above the learning rate of {recipe.LearningRate}; name less."),
        ];
        return rules.FirstOrDefault(rule => rule.Wrong).Message is { } message ? FormattableString.Invariant(message) : null;
    }

    /// <summary>Refuses options that contradict the run to resume.</summary>
    /// <exception cref="UsageException">One does.</exception>
    public void RequireSame(ParseResult parse, RunRecipe earlier)
    {
        Options.RequireSame(parse, _opt, Word.Of(parse.GetValue(_opt) ?? earlier.Optimizer), Word.Of(earlier.Optimizer));
        Options.RequireSame(parse, _lr, earlier.LearningRate);
        Options.RequireSame(parse, _momentum, earlier.Momentum);
        Options.RequireSame(parse, _weightDecay, earlier.WeightDecay);
        Options.RequireSame(parse, _nesterov, earlier.Nesterov);
        Options.RequireSame(parse, _sched, Word.Of(parse.GetValue(_sched) ?? earlier.Schedule), Word.Of(earlier.Schedule));
        Options.RequireSame(parse, _warmupEpochs, earlier.WarmupEpochs);
        Options.RequireSame(parse, _warmupRate, earlier.WarmupRate);
        Options.RequireSame(parse, _decayEpochs, earlier.DecayEpochs);
        Options.RequireSame(parse, _decayRate, earlier.DecayRate);
        Options.RequireSame(parse, _milestones, List(parse.GetValue(_milestones) ?? []), List(earlier.Milestones));
        Options.RequireSame(parse, _minRate, earlier.MinRate);
    }

    private static Option<double[]?> Ascending(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N,…",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            double[] numbers = [.. text.Split(',').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) ? v : double.NaN)];
            if (numbers.Length > 0 && numbers.All(v => double.IsFinite(v) && v > 0) && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second))
            {
                return numbers;
            }

            result.AddError($"{name} {text}: expected positive numbers in ascending order with commas between them, such as 80,120.");
            return null;
        },
    };

    private static string? List(IReadOnlyList<double> numbers) =>
        numbers.Count == 0 ? null : string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
