using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Runs;
using Lanewise.Engine;

namespace Lanewise.Cli.Options;

/// <summary>The options of <c>train</c>, with the names of timm and torchvision.</summary>
internal sealed class TrainOptions
{
    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = "Model to train; 'lanewise models' lists them. Optional with --resume.",
        HelpName = "MODEL",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { SharedOptions.ModelNames },
        CustomParser = result => ArgumentParsing.ParseText(result, "MODEL", name => ModelCatalog.Find(name).Name),
    };

    private readonly Option<string?> _dataset = SharedOptions.Dataset(
        "Dataset to train on ('lanewise data list' lists them), or folder:PATH for the images in PATH/train/CLASS and PATH/val/CLASS.",
        "mnist if it is on disk or can be downloaded, otherwise digits");

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();

    private readonly Option<int> _epochs = OptionFactory.WholeNumber(
        "--epochs", 10, 1, SettingLimits.MaxEpochs, "Number of passes over the training images.");

    private readonly Option<int> _batchSize = SharedOptions.BatchSize(64, "Images per step.");

    private readonly OptimizationOptions _optimization = new(
        _ => new OptimizationSettings(), lr: "0.01", momentum: "0.5", ScheduleKind.None);

    private readonly Option<string?> _weights = OptionFactory.Text(
        "--weights", "RUN|FILE",
        "Start from the weights of a run or a file. A classifier with another number of classes is re-initialized.");

    private readonly Option<int?> _classes = OptionFactory.Limit(
        "--classes", SettingLimits.MaxClasses, "Number of classes of the network, at least that of the dataset.", "that of the dataset");

    private readonly Option<bool> _freeze = new("--freeze")
    {
        Description = "With --weights: train only the last linear layer and freeze all other weights.",
    };

    private readonly Option<bool> _aux = new("--aux")
    {
        Description = "Train with auxiliary classifiers, for models that do not by default.",
    };

    private readonly Option<bool> _noAux = new("--no-aux")
    {
        Description = "Train without auxiliary classifiers, for models that have them by default.",
    };

    private readonly Option<int> _seed = OptionFactory.WholeNumber(
        "--seed", 1, int.MinValue, int.MaxValue, "Seed of the initial weights, the order of the images, augmentation and dropout.");

    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();

    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FOLDER", "Run folder to write, new or empty.", "runs/MODEL-1, runs/MODEL-2, …");

    private readonly Option<string?> _resume = OptionFactory.Text(
        "--resume", "RUN",
        "Resume this run with its settings; the result is bitwise identical to an uninterrupted run. "
        + "Only --epochs, --threads, --data-dir and --tensorboard may differ.");

    private readonly Option<int?> _limitTrain = OptionFactory.Limit("--limit-train", "Train on the first N images only.");

    private readonly Option<int?> _limitTest = OptionFactory.Limit("--limit-test", "Validate on the first N images only.");

    private readonly InputOptions _input = new();

    private readonly Option<string?> _augmentation = OptionFactory.Text(
        "--aug", "NAME", $"Augmentation of training images: {string.Join(", ", Augmentations.Names)}.",
        "depends on the dataset and the model", name => Augmentations.NameOf(Augmentations.Find(name)));

    private readonly Option<CorruptImagePolicy?> _onCorrupt = SharedOptions.OnCorrupt();

    private readonly Option<bool> _tensorBoard = new("--tensorboard")
    {
        Description = "Write TensorBoard events to RUN/tensorboard: metrics, histograms of weights and gradients, validation images.",
    };

    private readonly Option<bool> _json = SharedOptions.Json();

    private IEnumerable<Option> All =>
    [
        _dataset, _dataDir, _epochs, _batchSize, .. _optimization.All, _weights, _classes, _freeze, _aux, _noAux, _seed, _threads,
        _algorithm, _output, _resume, _limitTrain, _limitTest, .. _input.All, _augmentation, _onCorrupt, _tensorBoard, _json,
    ];

    public void AddTo(Command command)
    {
        command.Add(_model);
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Checks the options for contradictions.</summary>
    /// <exception cref="UsageException">Two options contradict each other.</exception>
    public void Check(ParseResult parse)
    {
        bool resumes = parse.IsGiven(_resume), hasWeights = parse.IsGiven(_weights), auxiliary = parse.GetValue(_aux);
        string? error = (resumes, hasWeights) switch
        {
            _ when auxiliary && parse.GetValue(_noAux) => "--aux and --no-aux cannot be combined.",
            (true, _) when parse.IsGiven(_output) => "--output: a resumed run stays in its folder; omit --output.",
            (true, true) => "--weights: a resumed run has its own weights; omit --weights.",
            (true, false) => null,
            _ when parse.GetValue(_model) is null =>
                $"lanewise train: specify a model ({string.Join(", ", SharedOptions.ModelNames)}), or a run with --resume.",
            (_, false) when parse.GetValue(_freeze) => "--freeze requires --weights: only trained weights are worth freezing.",
            _ when auxiliary && parse.GetValue(_freeze) =>
                "--aux and --freeze cannot be combined: auxiliary classifiers train the layers that --freeze keeps fixed.",
            _ => _optimization.FindContradiction(parse, parse.GetValue(_epochs)),
        };
        if (error is not null)
        {
            throw new UsageException(error);
        }
    }

    public bool Json(ParseResult parse) => parse.GetValue(_json);

    public string? Output(ParseResult parse) => parse.GetValue(_output);

    public string? Resume(ParseResult parse) => parse.GetValue(_resume);

    /// <summary>Reads the arguments of a new run.</summary>
    public RunArguments Read(ParseResult parse) => new()
    {
        Model = parse.GetValue(_model)!,
        Dataset = parse.GetValue(_dataset),
        DataDir = DataDir(parse),
        Epochs = parse.GetValue(_epochs),
        BatchSize = parse.GetValue(_batchSize),
        Optimization = _optimization.Read(parse),
        Weights = parse.GetValue(_weights) is { } file ? Path.GetFullPath(file) : null,
        Classes = parse.GetValue(_classes),
        Freeze = parse.GetValue(_freeze),
        AuxiliaryClassifiers = Auxiliary(parse),
        Seed = parse.GetValue(_seed),
        Threads = parse.GetValue(_threads),
        Algorithm = parse.GetValue(_algorithm) ?? default,
        LimitTrain = parse.GetValue(_limitTrain),
        LimitTest = parse.GetValue(_limitTest),
        Input = _input.Read(parse),
        Augmentation = parse.GetValue(_augmentation),
        OnCorrupt = parse.GetValue(_onCorrupt) ?? default,
        TensorBoard = parse.GetValue(_tensorBoard),
    };

    /// <summary>Combines the arguments of the run to resume with the options that may differ.</summary>
    /// <exception cref="UsageException">An option contradicts the run to resume.</exception>
    public RunArguments Merge(ParseResult parse, RunArguments earlier)
    {
        RequireSame(parse, earlier);
        if (earlier.Optimization.Schedule == ScheduleKind.Cosine && parse.IsGiven(_epochs) && parse.GetValue(_epochs) != earlier.Epochs)
        {
            throw new UsageException(
                $"--epochs {parse.GetValue(_epochs)}: the cosine schedule of the run to resume ends after {earlier.Epochs} epochs; "
                + "omit --epochs, or start a new run from its weights with --weights.");
        }

        return earlier with
        {
            Epochs = parse.IsGiven(_epochs) ? parse.GetValue(_epochs) : earlier.Epochs,
            Threads = parse.IsGiven(_threads) ? parse.GetValue(_threads) : earlier.Threads,
            DataDir = parse.IsGiven(_dataDir) ? DataDir(parse) : earlier.DataDir,
            TensorBoard = parse.GetValue(_tensorBoard) || earlier.TensorBoard,
        };
    }

    private void RequireSame(ParseResult parse, RunArguments earlier)
    {
        ResumeChecks.RequireSame(parse, _dataset, earlier.Dataset);
        ResumeChecks.RequireSame(parse, _batchSize, earlier.BatchSize);
        _optimization.RequireSame(parse, earlier.Optimization);
        ResumeChecks.RequireSame(parse, _classes, earlier.Classes);
        ResumeChecks.RequireSame(parse, _freeze, earlier.Freeze);
        ResumeChecks.RequireSame(parse, _seed, earlier.Seed);
        ResumeChecks.RequireSame(parse, _algorithm, EnumNames.Of(parse.GetValue(_algorithm) ?? default), EnumNames.Of(earlier.Algorithm));
        ResumeChecks.RequireSame(parse, _limitTrain, earlier.LimitTrain);
        ResumeChecks.RequireSame(parse, _limitTest, earlier.LimitTest);
        ResumeChecks.RequireSame(parse, _augmentation, earlier.Augmentation);
        ResumeChecks.RequireSame(parse, _onCorrupt, EnumNames.Of(parse.GetValue(_onCorrupt) ?? default), EnumNames.Of(earlier.OnCorrupt));
        if (_input.AreGiven(parse) && !earlier.Input.Includes(_input.Read(parse)))
        {
            string names = string.Join(", ", _input.All.Select(option => option.Name));
            throw new UsageException($"{names}: the run to resume has other values; omit them or start a new run.");
        }

        if (parse.GetValue(_model) is { } model && model != earlier.Model)
        {
            throw new UsageException($"MODEL {model}: the run to resume trains {earlier.Model}; omit the model.");
        }

        if (Auxiliary(parse) is { } auxiliary && auxiliary != earlier.TrainsAuxiliary)
        {
            string name = auxiliary ? "--aux" : "--no-aux";
            throw new UsageException($"{name}: the run to resume was started without it; omit it or start a new run.");
        }
    }

    private bool? Auxiliary(ParseResult parse) => parse.GetValue(_aux) ? true : parse.GetValue(_noAux) ? false : null;

    // The run may be resumed from another working directory.
    private string? DataDir(ParseResult parse) => parse.GetValue(_dataDir) is { } folder ? Path.GetFullPath(folder) : null;
}
