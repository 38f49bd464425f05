using System.CommandLine;
using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Cli.Runs;
using Lanewise.Data;

namespace Lanewise.Cli.Verbs;

/// <summary>The options of <c>depth</c>.</summary>
internal sealed class DepthOptions
{
    private const double RateWithBatchNorm = 0.1, RateWithout = 0.01, Momentum = 0.9;

    private static readonly DepthStudyOptions Usual = new();

    private readonly Option<int[]?> _depths = List("--depths", "N,…", "Layers with weights, 8, 14, 20 and so on (6·n + 2); 20,56 if not given.", text => Depth(Whole("--depths", text)));
    private readonly Option<DepthFamily[]?> _families = List("--families", "NAME,…", $"Which networks: {string.Join(", ", Word.All<DepthFamily>())}; both if not given.", Family);
    private readonly Option<bool> _noBatchNorm = new("--no-batch-norm") { Description = "Leave batch norm out, as networks were before it." };
    private readonly Option<WeightStart?> _init = Options.Choice("--init", "start", Usual.Start, "How convolutions begin, by PyTorch's default or as the paper's");
    private readonly Option<int[]?> _seeds = List("--seeds", "N,…", "One training of each network a seed, which decides the initial weights and the order of the images; 1 if not given.", text => Whole("--seeds", text));
    private readonly Option<bool> _atStart = new("--at-start") { Description = "Measure the gradients at the start only, which takes seconds, and train nothing." };
    private readonly Option<string?> _dataset = Options.Dataset("What to train on (see 'lanewise data list'); by default mnist if it is on disk or can be downloaded, otherwise digits.");
    private readonly Option<string?> _dataDir = Options.DataDir();
    private readonly Option<CorruptImagePolicy?> _onCorrupt = Options.OnCorrupt();
    private readonly Option<int> _limitTrain = Options.WholeNumber("--limit-train", 6000, 1, int.MaxValue, "Train on the first N images; more for all.");
    private readonly Option<int> _limitTest = Options.WholeNumber("--limit-test", 2000, 1, int.MaxValue, "Test on the first N images; more for all.");
    private readonly Option<int> _epochs = Options.WholeNumber("--epochs", 4, 1, Options.MaxEpochs, "Passes over the training images.");
    private readonly Option<int> _batchSize = Options.BatchSize(128, "Images in a step.");
    private readonly RecipeOptions _recipe;
    private readonly Option<int> _threads = Options.Threads();
    private readonly Option<string?> _output = Options.Text("--output", "FOLDER", "The folder for the results, new or empty; by default runs/depth-1, -2 and so on.");
    private readonly Option<string?> _resume = Options.Text("--resume", "FOLDER", "Go on with that study, with its settings and to equal figures; only --threads and --data-dir may differ.");
    private readonly Option<bool> _json = Options.Json();

    public DepthOptions() => _recipe = new(
        parse => new RunRecipe { LearningRate = parse.GetValue(_noBatchNorm) ? RateWithout : RateWithBatchNorm, Momentum = Momentum, Schedule = ScheduleKind.Cosine },
        FormattableString.Invariant($"{RateWithBatchNorm}, or {RateWithout} without batch norm,"),
        Momentum.ToString(CultureInfo.InvariantCulture),
        ScheduleKind.Cosine);

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Refuses options that do not go together.</summary>
    /// <exception cref="UsageException">Some do not.</exception>
    public void Check(ParseResult parse)
    {
        bool resumes = parse.IsGiven(_resume);
        string? wrong = resumes && parse.IsGiven(_output)
            ? "--output: a resumed study stays in its own folder; leave --output out."
            : resumes ? null : _recipe.Contradiction(parse, parse.GetValue(_epochs));
        if (wrong is not null)
        {
            throw new UsageException(wrong);
        }
    }

    public bool Json(ParseResult parse) => parse.GetValue(_json);

    public string? Output(ParseResult parse) => parse.GetValue(_output);

    public string? Resume(ParseResult parse) => parse.GetValue(_resume);

    /// <summary>The arguments of a new study.</summary>
    public DepthArguments Read(ParseResult parse) => new()
    {
        Depths = Chosen(parse, _depths, Usual.Depths),
        Families = Chosen(parse, _families, Usual.Families),
        Seeds = Chosen(parse, _seeds, Usual.Seeds),
        BatchNorm = !parse.GetValue(_noBatchNorm),
        Start = parse.GetValue(_init) ?? Usual.Start,
        AtStart = parse.GetValue(_atStart),
        Dataset = parse.GetValue(_dataset),
        DataDir = DataDir(parse),
        OnCorrupt = parse.GetValue(_onCorrupt) ?? default,
        LimitTrain = parse.GetValue(_limitTrain),
        LimitTest = parse.GetValue(_limitTest),
        Epochs = parse.GetValue(_epochs),
        BatchSize = parse.GetValue(_batchSize),
        Recipe = _recipe.Read(parse),
        Threads = parse.GetValue(_threads),
    };

    /// <summary>An earlier study's arguments, with those changes that cannot change what it has found.</summary>
    /// <exception cref="UsageException">An option contradicts them.</exception>
    public DepthArguments Merge(ParseResult parse, DepthArguments earlier)
    {
        Options.RequireSame(parse, _depths, Join(parse.GetValue(_depths)), Join(earlier.Depths));
        Options.RequireSame(parse, _families, Join(parse.GetValue(_families)?.Select(Word.Of)), Join(earlier.Families.Select(Word.Of)));
        Options.RequireSame(parse, _noBatchNorm, !earlier.BatchNorm);
        Options.RequireSame(parse, _init, Word.Of(parse.GetValue(_init) ?? earlier.Start), Word.Of(earlier.Start));
        Options.RequireSame(parse, _seeds, Join(parse.GetValue(_seeds)), Join(earlier.Seeds));
        Options.RequireSame(parse, _atStart, earlier.AtStart);
        Options.RequireSame(parse, _dataset, earlier.Dataset);
        Options.RequireSame(parse, _onCorrupt, Word.Of(parse.GetValue(_onCorrupt) ?? default), Word.Of(earlier.OnCorrupt));
        Options.RequireSame(parse, _limitTrain, earlier.LimitTrain);
        Options.RequireSame(parse, _limitTest, earlier.LimitTest);
        Options.RequireSame(parse, _epochs, earlier.Epochs);
        Options.RequireSame(parse, _batchSize, earlier.BatchSize);
        _recipe.RequireSame(parse, earlier.Recipe);
        return earlier with
        {
            Threads = parse.IsGiven(_threads) ? parse.GetValue(_threads) : earlier.Threads,
            DataDir = parse.IsGiven(_dataDir) ? DataDir(parse) : earlier.DataDir,
        };
    }

    private IEnumerable<Option> All =>
    [
        _depths, _families, _noBatchNorm, _init, _seeds, _atStart, _dataset, _dataDir, _onCorrupt, _limitTrain, _limitTest,
        _epochs, _batchSize, .. _recipe.All, _threads, _output, _resume, _json,
    ];

    // The study may be resumed from another folder.
    private string? DataDir(ParseResult parse) => parse.GetValue(_dataDir) is { } folder ? Path.GetFullPath(folder) : null;

    /// <summary>Words with commas between them, each once; none if not given.</summary>
    private static Option<T[]?> List<T>(string name, string value, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        HelpName = value,
        CustomParser = result =>
        {
            T[]? items = null;
            _ = Options.ParseText(result, name, text =>
            {
                items = [.. text.Split(',').Select(part => parse(part.Trim()))];
                return items.Distinct().Count() == items.Length ? text : throw new LanewiseException($"{name} {text}: the same is named twice; name each once.");
            });
            return items;
        },
    };

    private static int Whole(string name, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new LanewiseException($"{name} {text}: expected whole numbers with commas between them.");

    private static int Depth(int depth)
    {
        DepthStudyOptions.CheckDepth(depth);
        return depth;
    }

    private static DepthFamily Family(string word) =>
        Word.Find<DepthFamily>(word) ?? throw new LanewiseException($"There is no family '{word}'; there are {string.Join(", ", Word.All<DepthFamily>())}{NearestName.Question(word, Word.All<DepthFamily>())}");

    // An option of several values that is not given is empty.
    private static IReadOnlyList<T> Chosen<T>(ParseResult parse, Option<T[]?> option, IReadOnlyList<T> usual) =>
        parse.GetValue(option) is { Length: > 0 } chosen ? chosen : usual;

    private static string? Join<T>(IEnumerable<T>? items) => items is null ? null : string.Join(',', items);
}
