using System.CommandLine;
using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Runs;

namespace Lanewise.Cli.Options;

/// <summary>The options of <c>depth</c>.</summary>
internal sealed class DepthOptions
{
    private const double LearningRateWithBatchNorm = 0.1, LearningRateWithoutBatchNorm = 0.01, Momentum = 0.9;

    private static readonly DepthStudyOptions Defaults = new();

    private readonly Option<int[]?> _depths = List(
        "--depths", "N,…", "Layers with weights of each network: 8, 14, 20, …, 6n + 2.", "20,56", text => Depth(Whole("--depths", text)));

    private readonly Option<DepthFamily[]?> _families = List(
        "--families", "NAME,…", $"Families of networks: {string.Join(", ", EnumNames.All<DepthFamily>())}.", "both", Family);

    private readonly Option<bool> _noBatchNorm = new("--no-batch-norm") { Description = "Build the networks without batch normalization." };

    private readonly Option<WeightStart?> _init = OptionFactory.Choice(
        "--init", "initialization", Defaults.Start, "Initialization of convolutions",
        " default is that of PyTorch, he that of He et al. (2015).");

    private readonly Option<int[]?> _seeds = List(
        "--seeds", "N,…", "Seeds; each network is trained once per seed.", "1", text => Whole("--seeds", text));

    private readonly Option<bool> _atStart = new("--at-start")
    {
        Description = "Measure the gradients of the initial weights only, without training; takes seconds.",
    };

    private readonly Option<string?> _dataset = SharedOptions.Dataset(
        "Dataset to train on; 'lanewise data list' lists them.", "mnist if it is on disk or can be downloaded, otherwise digits");

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();

    private readonly Option<CorruptImagePolicy?> _onCorrupt = SharedOptions.OnCorrupt();

    private readonly Option<int> _limitTrain = OptionFactory.WholeNumber(
        "--limit-train", 6000, 1, int.MaxValue, "Train on the first N images only.");

    private readonly Option<int> _limitTest = OptionFactory.WholeNumber(
        "--limit-test", 2000, 1, int.MaxValue, "Test on the first N images only.");

    private readonly Option<int> _epochs = OptionFactory.WholeNumber(
        "--epochs", 4, 1, SettingLimits.MaxEpochs, "Number of passes over the training images.");

    private readonly Option<int> _batchSize = SharedOptions.BatchSize(128, "Images per step.");

    private readonly OptimizationOptions _optimization;

    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FOLDER", "Folder for the results, new or empty.", "runs/depth-1, runs/depth-2, …");

    private readonly Option<string?> _resume = OptionFactory.Text(
        "--resume", "FOLDER",
        "Resume this study with its settings; the results are identical to those of an uninterrupted study. "
        + "Only --threads and --data-dir may differ.");

    private readonly Option<bool> _json = SharedOptions.Json();

    public DepthOptions() => _optimization = new(
        parse => new OptimizationSettings
        {
            LearningRate = parse.GetValue(_noBatchNorm) ? LearningRateWithoutBatchNorm : LearningRateWithBatchNorm,
            Momentum = Momentum,
            Schedule = ScheduleKind.Cosine,
        },
        FormattableString.Invariant($"{LearningRateWithBatchNorm} ({LearningRateWithoutBatchNorm} with --no-batch-norm)"),
        Momentum.ToString(CultureInfo.InvariantCulture),
        ScheduleKind.Cosine);

    private IEnumerable<Option> All =>
    [
        _depths, _families, _noBatchNorm, _init, _seeds, _atStart, _dataset, _dataDir, _onCorrupt, _limitTrain, _limitTest,
        _epochs, _batchSize, .. _optimization.All, _threads, _output, _resume, _json,
    ];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Checks the options for contradictions.</summary>
    /// <exception cref="UsageException">Two options contradict each other.</exception>
    public void Check(ParseResult parse)
    {
        bool resumes = parse.IsGiven(_resume);
        string? error = resumes && parse.IsGiven(_output)
            ? "--output: a resumed study stays in its folder; omit --output."
            : resumes ? null : _optimization.FindContradiction(parse, parse.GetValue(_epochs));
        if (error is not null)
        {
            throw new UsageException(error);
        }
    }

    public bool Json(ParseResult parse) => parse.GetValue(_json);

    public string? Output(ParseResult parse) => parse.GetValue(_output);

    public string? Resume(ParseResult parse) => parse.GetValue(_resume);

    /// <summary>Reads the arguments of a new study.</summary>
    public DepthArguments Read(ParseResult parse) => new()
    {
        Depths = ValuesOrDefault(parse, _depths, Defaults.Depths),
        Families = ValuesOrDefault(parse, _families, Defaults.Families),
        Seeds = ValuesOrDefault(parse, _seeds, Defaults.Seeds),
        BatchNorm = !parse.GetValue(_noBatchNorm),
        Start = parse.GetValue(_init) ?? Defaults.Start,
        AtStart = parse.GetValue(_atStart),
        Dataset = parse.GetValue(_dataset),
        DataDir = DataDir(parse),
        OnCorrupt = parse.GetValue(_onCorrupt) ?? default,
        LimitTrain = parse.GetValue(_limitTrain),
        LimitTest = parse.GetValue(_limitTest),
        Epochs = parse.GetValue(_epochs),
        BatchSize = parse.GetValue(_batchSize),
        Optimization = _optimization.Read(parse),
        Threads = parse.GetValue(_threads),
    };

    /// <summary>Combines the arguments of the study to resume with the options that may differ.</summary>
    /// <exception cref="UsageException">An option contradicts the study to resume.</exception>
    public DepthArguments Merge(ParseResult parse, DepthArguments earlier)
    {
        var families = parse.GetValue(_families)?.Select(EnumNames.Of);
        ResumeChecks.RequireSame(parse, _depths, Join(parse.GetValue(_depths)), Join(earlier.Depths));
        ResumeChecks.RequireSame(parse, _families, Join(families), Join(earlier.Families.Select(EnumNames.Of)));
        ResumeChecks.RequireSame(parse, _noBatchNorm, !earlier.BatchNorm);
        ResumeChecks.RequireSame(parse, _init, EnumNames.Of(parse.GetValue(_init) ?? earlier.Start), EnumNames.Of(earlier.Start));
        ResumeChecks.RequireSame(parse, _seeds, Join(parse.GetValue(_seeds)), Join(earlier.Seeds));
        ResumeChecks.RequireSame(parse, _atStart, earlier.AtStart);
        ResumeChecks.RequireSame(parse, _dataset, earlier.Dataset);
        ResumeChecks.RequireSame(parse, _onCorrupt, EnumNames.Of(parse.GetValue(_onCorrupt) ?? default), EnumNames.Of(earlier.OnCorrupt));
        ResumeChecks.RequireSame(parse, _limitTrain, earlier.LimitTrain);
        ResumeChecks.RequireSame(parse, _limitTest, earlier.LimitTest);
        ResumeChecks.RequireSame(parse, _epochs, earlier.Epochs);
        ResumeChecks.RequireSame(parse, _batchSize, earlier.BatchSize);
        _optimization.RequireSame(parse, earlier.Optimization);
        return earlier with
        {
            Threads = parse.IsGiven(_threads) ? parse.GetValue(_threads) : earlier.Threads,
            DataDir = parse.IsGiven(_dataDir) ? DataDir(parse) : earlier.DataDir,
        };
    }

    // The study may be resumed from another working directory.
    private string? DataDir(ParseResult parse) => parse.GetValue(_dataDir) is { } folder ? Path.GetFullPath(folder) : null;

    /// <summary>Creates an option for distinct comma-separated values, empty if not given.</summary>
    private static Option<T[]?> List<T>(string name, string valueName, string description, string defaultText, Func<string, T> parse) =>
        new(name)
        {
            Description = OptionFactory.WithDefault(description, defaultText),
            HelpName = valueName,
            CustomParser = result =>
            {
                T[]? items = null;
                _ = ArgumentParsing.ParseText(result, name, text =>
                {
                    items = [.. text.Split(',').Select(part => parse(part.Trim()))];
                    return items.Distinct().Count() == items.Length
                        ? text
                        : throw new LanewiseException($"{name} {text}: a value is repeated; list each once.");
                });
                return items;
            },
        };

    private static int Whole(string name, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new LanewiseException($"{name} {text}: expected comma-separated whole numbers.");

    private static int Depth(int depth)
    {
        DepthStudyOptions.CheckDepth(depth);
        return depth;
    }

    private static DepthFamily Family(string name) => EnumNames.Find<DepthFamily>(name)
        ?? throw new LanewiseException(UnknownName.Message("family", name, EnumNames.All<DepthFamily>()));

    // System.CommandLine returns an empty array for an array option that is not given.
    private static IReadOnlyList<T> ValuesOrDefault<T>(ParseResult parse, Option<T[]?> option, IReadOnlyList<T> defaults) =>
        parse.GetValue(option) is { Length: > 0 } values ? values : defaults;

    private static string? Join<T>(IEnumerable<T>? items) => items is null ? null : string.Join(',', items);
}
