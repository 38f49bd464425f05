using System.CommandLine;
using Lanewise.Cli.Runs;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Models;

namespace Lanewise.Cli.Verbs;

/// <summary>The options of <c>train</c>: timm's and torchvision's names, the course's values.</summary>
internal sealed class TrainOptions
{
    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = "What to train, one of those that 'lanewise models' lists. With --resume it may be left out.",
        HelpName = "MODEL",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { Options.ModelNames },
        CustomParser = result => Options.ParseText(result, "MODEL", name => ModelCatalog.Find(name).Name),
    };

    private readonly Option<string?> _dataset = Options.Dataset("What to train on (see 'lanewise data list'), or folder:PATH for the images in PATH/train/CLASS and PATH/val/CLASS; by default mnist if it is on disk or can be downloaded, otherwise digits.");
    private readonly Option<string?> _dataDir = Options.DataDir();
    private readonly Option<int> _epochs = Options.WholeNumber("--epochs", 10, 1, Options.MaxEpochs, "Passes over the training images.");
    private readonly Option<int> _batchSize = Options.BatchSize(64, "Images in a step.");
    private readonly RecipeOptions _recipe = new(_ => new RunRecipe(), rate: "0.01", momentum: "0.5", ScheduleKind.None);
    private readonly Option<string?> _weights = Options.Text("--weights", "FILE", "Begin with these weights: a run folder or a file. A classifier of another number of classes begins afresh.");
    private readonly Option<int?> _classes = Options.Limit("--classes", RunArguments.MaxClasses, "Classes of the network, at least the dataset's; as many if not given.");
    private readonly Option<bool> _freeze = new("--freeze") { Description = "With --weights: train the classifier alone, the last linear layer, and leave the body as it is." };
    private readonly Option<bool> _aux = new("--aux") { Description = "Train GoogLeNet's auxiliary classifiers along, where the model would not." };
    private readonly Option<bool> _noAux = new("--no-aux") { Description = "Leave auxiliary classifiers out, where the model would train them along." };
    private readonly Option<int> _seed = Options.WholeNumber("--seed", 1, int.MinValue, int.MaxValue, "Decides the initial weights, the order of the images, how they are varied, and what dropout drops.");
    private readonly Option<int> _threads = Options.Threads();
    private readonly Option<Conv2dAlgorithm?> _algorithm = Options.Algorithm();
    private readonly Option<string?> _output = Options.Text("--output", "FOLDER", "The run folder, new or empty; by default runs/MODEL-1, -2 and so on.");
    private readonly Option<string?> _resume = Options.Text("--resume", "RUN", "Go on with that run, with its settings and to equal bits; only --epochs, --threads, --data-dir and --tensorboard may differ.");
    private readonly Option<int?> _limitTrain = Options.Limit("--limit-train", "Train on the first N images only.");
    private readonly Option<int?> _limitTest = Options.Limit("--limit-test", "Test on the first N images only.");
    private readonly InputOptions _input = new();
    private readonly Option<string?> _augmentation = Options.Text("--aug", "NAME", $"How training images are varied at random: {string.Join(", ", Augmentations.Names)}; by default what suits dataset and model.", name => Augmentations.NameOf(Augmentations.Find(name)));
    private readonly Option<CorruptImagePolicy?> _onCorrupt = Options.OnCorrupt();
    private readonly Option<bool> _tensorBoard = new("--tensorboard") { Description = "Write events for TensorBoard too, into RUN/tensorboard: figures, histograms of weights and gradients, test images." };
    private readonly Option<bool> _json = Options.Json();

    public void AddTo(Command command)
    {
        command.Add(_model);
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Refuses options that do not go together.</summary>
    /// <exception cref="UsageException">Some do not.</exception>
    public void Check(ParseResult parse)
    {
        bool resumes = parse.IsGiven(_resume), begins = parse.IsGiven(_weights), auxiliary = parse.GetValue(_aux);
        string? wrong = (resumes, begins) switch
        {
            _ when auxiliary && parse.GetValue(_noAux) => "--aux, --no-aux: leave one of the two out.",
            (true, _) when parse.IsGiven(_output) => "--output: a resumed run stays in its own folder; leave --output out.",
            (true, true) => "--weights: a resumed run has its own; leave --weights out.",
            (true, false) => null,
            _ when parse.GetValue(_model) is null => $"train: name a model ({string.Join(", ", Options.ModelNames)}), or a run with --resume.",
            (_, false) when parse.GetValue(_freeze) => "--freeze: only a body that has been trained is worth keeping; name its --weights, or leave --freeze out.",
            _ when auxiliary && parse.GetValue(_freeze) => "--aux: auxiliary classifiers help the body to learn, which --freeze leaves as it is; leave one of the two out.",
            _ => _recipe.Contradiction(parse, parse.GetValue(_epochs)),
        };
        if (wrong is not null)
        {
            throw new UsageException(wrong);
        }
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
        Recipe = _recipe.Read(parse),
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

    /// <summary>An earlier run's arguments, with those changes that cannot change what it has computed.</summary>
    /// <exception cref="UsageException">An option contradicts them.</exception>
    public RunArguments Merge(ParseResult parse, RunArguments earlier)
    {
        Options.RequireSame(parse, _dataset, earlier.Dataset);
        Options.RequireSame(parse, _batchSize, earlier.BatchSize);
        _recipe.RequireSame(parse, earlier.Recipe);
        Options.RequireSame(parse, _classes, earlier.Classes);
        Options.RequireSame(parse, _freeze, earlier.Freeze);
        Options.RequireSame(parse, _seed, earlier.Seed);
        Options.RequireSame(parse, _algorithm, Word.Of(parse.GetValue(_algorithm) ?? default), Word.Of(earlier.Algorithm));
        Options.RequireSame(parse, _limitTrain, earlier.LimitTrain);
        Options.RequireSame(parse, _limitTest, earlier.LimitTest);
        Options.RequireSame(parse, _augmentation, earlier.Augmentation);
        Options.RequireSame(parse, _onCorrupt, Word.Of(parse.GetValue(_onCorrupt) ?? default), Word.Of(earlier.OnCorrupt));
        if (_input.AreGiven(parse) && !earlier.Input.Includes(_input.Read(parse)))
        {
            throw new UsageException($"{string.Join(", ", _input.All.Select(option => option.Name))}: the run to resume keeps its own; leave them out, or train anew.");
        }

        if (parse.GetValue(_model) is { } model && model != earlier.Model)
        {
            throw new UsageException($"MODEL {model}: the run to resume trains {earlier.Model}; leave the model out.");
        }

        if (Auxiliary(parse) is { } auxiliary && auxiliary != earlier.TrainsAuxiliary)
        {
            throw new UsageException($"{(auxiliary ? "--aux" : "--no-aux")}: the run to resume began without it; leave it out, or train anew.");
        }

        if (earlier.Recipe.Schedule == ScheduleKind.Cosine && parse.IsGiven(_epochs) && parse.GetValue(_epochs) != earlier.Epochs)
        {
            throw new UsageException($"--epochs {parse.GetValue(_epochs)}: the cosine of the run to resume ends after its {earlier.Epochs} epochs; leave --epochs out, or train anew from its weights with --weights.");
        }

        return earlier with
        {
            Epochs = parse.IsGiven(_epochs) ? parse.GetValue(_epochs) : earlier.Epochs,
            Threads = parse.IsGiven(_threads) ? parse.GetValue(_threads) : earlier.Threads,
            DataDir = parse.IsGiven(_dataDir) ? DataDir(parse) : earlier.DataDir,
            TensorBoard = parse.GetValue(_tensorBoard) || earlier.TensorBoard,
        };
    }

    private IEnumerable<Option> All =>
    [
        _dataset, _dataDir, _epochs, _batchSize, .. _recipe.All, _weights, _classes, _freeze, _aux, _noAux, _seed, _threads, _algorithm,
        _output, _resume, _limitTrain, _limitTest, .. _input.All, _augmentation, _onCorrupt, _tensorBoard, _json,
    ];

    private bool? Auxiliary(ParseResult parse) => parse.GetValue(_aux) ? true : parse.GetValue(_noAux) ? false : null;

    // The run may be resumed from another folder.
    private string? DataDir(ParseResult parse) => parse.GetValue(_dataDir) is { } folder ? Path.GetFullPath(folder) : null;
}
