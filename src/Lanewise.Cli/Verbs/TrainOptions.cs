using System.CommandLine;
using Lanewise.Cli.Runs;
using Lanewise.Data;
using Lanewise.Models;

namespace Lanewise.Cli.Verbs;

/// <summary>The options of <c>train</c>: timm's and torchvision's names, the course's values.</summary>
internal sealed class TrainOptions
{
    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = $"What to train: {string.Join(", ", Options.ModelNames)}. With --resume it may be left out.",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { Options.ModelNames },
        CustomParser = result => Options.ParseText(result, "MODEL", name => ModelCatalog.Find(name).Name),
    };

    private readonly Option<string?> _dataset = Options.Dataset("What to train on (see 'lanewise data list'), or folder:PATH for the pictures in PATH/train/CLASS and PATH/val/CLASS; by default mnist if it is on disk or can be downloaded, otherwise digits.");
    private readonly Option<string?> _dataDir = Options.DataDir();
    private readonly Option<int> _epochs = Options.WholeNumber("--epochs", 10, 1, 1_000_000, "Passes over the training pictures.");
    private readonly Option<int> _batchSize = Options.BatchSize(64, "Pictures in a step.");
    private readonly Option<string?> _opt = Options.Text("--opt", "NAME", "The optimizer: sgd.", CheckOptimizer);
    private readonly Option<float> _lr = Options.Number("--lr", 0.01f, v => v > 0, "a positive number such as 0.01", "Learning rate.");
    private readonly Option<float> _momentum = Options.Number("--momentum", 0.5f, v => v is >= 0 and < 1, "a number of at least 0 and below 1", "Momentum, at least 0 and below 1.");
    private readonly Option<float> _weightDecay = Options.Number("--weight-decay", 0, v => v >= 0, "a number of at least 0", "Weight decay.");
    private readonly Option<bool> _nesterov = new("--nesterov") { Description = "Nesterov's momentum." };
    private readonly Option<int> _seed = Options.WholeNumber("--seed", 1, int.MinValue, int.MaxValue, "Decides the initial weights and the order of the pictures.");
    private readonly Option<int> _threads = Options.Threads();
    private readonly Option<string?> _output = Options.Text("--output", "FOLDER", "The run folder, new or empty; by default runs/MODEL-1, -2 and so on.");
    private readonly Option<string?> _resume = Options.Text("--resume", "RUN", "Go on with that run, with its settings and to equal bits; only --epochs, --threads and --data-dir may differ.");
    private readonly Option<int?> _limitTrain = Options.Limit("--limit-train", "Train on the first N pictures only.");
    private readonly Option<int?> _limitTest = Options.Limit("--limit-test", "Test on the first N pictures only.");
    private readonly InputOptions _input = new();
    private readonly Option<string?> _augmentation = Options.Text("--aug", "NAME", $"How training pictures are varied at random: {string.Join(", ", Augmentations.Names)}; by default what suits dataset and model.", name => Augmentations.NameOf(Augmentations.Find(name)));
    private readonly Option<BadPicture> _onBadPicture = Options.OnBadPicture();
    private readonly Option<bool> _json = Options.Json();

    public TrainOptions()
    {
        _opt.DefaultValueFactory = _ => "sgd";
    }

    public void AddTo(Command command)
    {
        command.Add(_model);
        foreach (var option in All)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.Errors.Any())
            {
                return;
            }

            bool resumes = result.GetResult(_resume) is not null;
            if (!resumes && result.GetResult(_model) is not { Tokens.Count: > 0 })
            {
                result.AddError($"train: name a model ({string.Join(", ", Options.ModelNames)}), or a run with --resume.");
            }

            if (resumes && result.GetResult(_output) is not null)
            {
                result.AddError("--output: a resumed run stays in its own folder; leave --output out.");
            }

            if (!resumes && result.GetValue(_nesterov) && result.GetValue(_momentum) == 0)
            {
                result.AddError("--nesterov: it looks ahead by the momentum, so --momentum must be above 0.");
            }
        });
    }

    public bool Json(ParseResult parse) => parse.GetValue(_json);

    public string? Output(ParseResult parse) => parse.GetValue(_output);

    public string? Resume(ParseResult parse) => parse.GetValue(_resume);

    /// <summary>The arguments of a new run.</summary>
    public RunArguments Read(ParseResult parse) => new()
    {
        Model = parse.GetValue(_model)!,
        Dataset = parse.GetValue(_dataset),
        DataDir = DataDir(parse),
        Epochs = parse.GetValue(_epochs),
        BatchSize = parse.GetValue(_batchSize),
        Optimizer = parse.GetValue(_opt)!,
        LearningRate = parse.GetValue(_lr),
        Momentum = parse.GetValue(_momentum),
        WeightDecay = parse.GetValue(_weightDecay),
        Nesterov = parse.GetValue(_nesterov),
        Seed = parse.GetValue(_seed),
        Threads = parse.GetValue(_threads),
        LimitTrain = parse.GetValue(_limitTrain),
        LimitTest = parse.GetValue(_limitTest),
        Input = _input.Read(parse),
        Augmentation = parse.GetValue(_augmentation),
        OnBadPicture = parse.GetValue(_onBadPicture),
    };

    /// <summary>An earlier run's arguments, with those changes that cannot change what it has computed.</summary>
    /// <exception cref="UsageException">An option contradicts them.</exception>
    public RunArguments Merge(ParseResult parse, RunArguments earlier)
    {
        Same(parse, _dataset, earlier.Dataset);
        Same(parse, _batchSize, earlier.BatchSize);
        Same(parse, _opt, earlier.Optimizer);
        Same(parse, _lr, earlier.LearningRate);
        Same(parse, _momentum, earlier.Momentum);
        Same(parse, _weightDecay, earlier.WeightDecay);
        Same(parse, _nesterov, earlier.Nesterov);
        Same(parse, _seed, earlier.Seed);
        Same(parse, _limitTrain, earlier.LimitTrain);
        Same(parse, _limitTest, earlier.LimitTest);
        Same(parse, _augmentation, earlier.Augmentation);
        Same(parse, _onBadPicture, earlier.OnBadPicture);
        if (_input.AreGiven(parse) && _input.Read(parse) != earlier.Input)
        {
            throw new UsageException($"{string.Join(", ", _input.All.Select(option => option.Name))}: the run to resume keeps its own; leave them out, or train anew.");
        }

        if (parse.GetValue(_model) is { } model && model != earlier.Model)
        {
            throw new UsageException($"MODEL {model}: the run to resume trains {earlier.Model}; leave the model out.");
        }

        return earlier with
        {
            Epochs = parse.IsGiven(_epochs) ? parse.GetValue(_epochs) : earlier.Epochs,
            Threads = parse.IsGiven(_threads) ? parse.GetValue(_threads) : earlier.Threads,
            DataDir = parse.IsGiven(_dataDir) ? DataDir(parse) : earlier.DataDir,
        };
    }

    private IEnumerable<Option> All =>
    [
        _dataset, _dataDir, _epochs, _batchSize, _opt, _lr, _momentum, _weightDecay, _nesterov, _seed, _threads,
        _output, _resume, _limitTrain, _limitTest, .. _input.All, _augmentation, _onBadPicture, _json,
    ];

    // The run may be resumed from another folder.
    private string? DataDir(ParseResult parse) => parse.GetValue(_dataDir) is { } folder ? Path.GetFullPath(folder) : null;

    private static void Same<T>(ParseResult parse, Option<T> option, T earlier)
    {
        if (parse.IsGiven(option) && !EqualityComparer<T>.Default.Equals(parse.GetValue(option), earlier))
        {
            throw new UsageException(FormattableString.Invariant(
                $"{option.Name} {parse.GetValue(option)}: the run to resume has {(earlier is null ? "none" : earlier)}; leave the option out, or train anew."));
        }
    }

    private static string CheckOptimizer(string name) => name.Equals("sgd", StringComparison.OrdinalIgnoreCase)
        ? "sgd"
        : throw new LanewiseException($"There is no optimizer '{name}'; there is sgd{NearestName.Question(name, ["sgd"])}");
}
