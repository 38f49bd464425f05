using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise explain RUN|FILE|NAME [IMAGE…]</c>.</summary>
internal sealed class ExplainVerb
{
    private const string Examples =
        """
          lanewise explain runs/inception-1                       branches, blocks and filters, on the test set
          lanewise explain runs/inception-1 six.png               Grad-CAM of the most likely class
          lanewise explain runs/inception-1 six.png --class 8     Grad-CAM of class 8
          lanewise explain runs/inception-1 six.png --feature-maps=conv2
          lanewise explain runs/inception-1 --branches --limit-test 1000 --json
        """;

    private readonly Argument<string> _run = SharedOptions.RunOrFile();

    private readonly Argument<string[]> _images = SharedOptions.Images(ArgumentArity.ZeroOrMore);

    private readonly Option<bool> _gradCam = new("--grad-cam")
    {
        Description = "Compute Grad-CAM for each image; the default if images are given.",
    };

    private readonly Option<string?> _layer = OptionFactory.Text(
        "--layer", "LAYER", "Grad-CAM: layer whose feature maps are weighted.", "the last layer with more than one pixel");

    private readonly Option<string?> _class = OptionFactory.Text(
        "--class", "NAME|N", "Grad-CAM: class to explain, by name or by index from 0.", "the most likely class of each image");

    private readonly Option<bool> _branches = new("--branches")
    {
        Description = "Measure the contribution of each Inception branch on the test set.",
    };

    private readonly Option<bool> _blocks = new("--blocks")
    {
        Description = "Measure the contribution of each residual block on the test set.",
    };

    private readonly Option<string?> _featureMaps = new("--feature-maps")
    {
        Description = OptionFactory.WithDefault("Show the feature maps of a layer for each image.", "the first convolution"),
        HelpName = "LAYER",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _filters = new("--filters") { Description = "Show the kernels of the first convolution." };

    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FOLDER", "Folder to write the page and its images to.",
        "explain in the run folder, or NAME-explain next to the weights file");

    private readonly Option<string?> _model = SharedOptions.Model();
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<RunWeights?> _use = SharedOptions.Use();
    private readonly Option<string?> _labels = SharedOptions.Labels();

    private readonly Option<string?> _dataset = SharedOptions.TestDataset();

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();

    private readonly Option<string?> _split = SharedOptions.Split();

    private readonly Option<string?> _classMap = SharedOptions.ClassMap();

    private readonly Option<int?> _limitTest = OptionFactory.Limit("--limit-test", "Evaluate on the first N images only.");

    private readonly Option<int> _batchSize = SharedOptions.BatchSize(TrainedModel.DefaultBatchSize, "Images per batch.");

    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly SettingOptions _input = new(new InputSettings());

    private readonly Option<CorruptImagePolicy?> _onCorrupt = SharedOptions.OnCorrupt();

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new ExplainVerb();
        var verb = new Verb(
            "explain", "Explain a model: Grad-CAM, contributions of branches and residual blocks, feature maps, filters.", Examples)
        {
            options._run, options._images, options._gradCam, options._layer, options._class, options._branches, options._blocks,
            options._featureMaps, options._filters, options._output, options._model, options._key, options._use, options._labels,
            options._dataset, options._dataDir, options._split, options._classMap, options._limitTest, options._batchSize, options._threads,
            options._onCorrupt, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.Validators.Add(options.RequireImages);
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private void RequireImages(CommandResult result)
    {
        // An image after --feature-maps is parsed as its layer; Read tells them apart once the network is known.
        bool hasImages = result.GetResult(_images) is { Tokens.Count: > 0 } || result.GetResult(_featureMaps) is { Tokens.Count: > 0 };
        foreach (var option in (Option[])[_gradCam, _layer, _class, _featureMaps])
        {
            if (!hasImages && result.GetResult(option) is { Implicit: false })
            {
                result.AddError($"{option.Name} requires an image; add one after RUN|FILE|NAME.");
            }
        }
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        string path = parse.GetRequiredValue(_run);
        var input = new InputSettings().With(_input.Given(parse));
        var model = TrainedModel.Load(path, parse.GetValue(_model), input, parse.GetValue(_key), parse.GetValue(_use))
            .WithLabels(parse.GetValue(_labels));
        var explanation = await CreateJob(parse, model).RunAsync(path, parse.GetValue(_output), display, cancellationToken)
            .ConfigureAwait(false);
        Terminal.Notice(explanation.Summary);
        var report = new ExplanationReport(explanation);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(report.Write);
        }
        else
        {
            report.Print();
        }

        return explanation.Errors.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Creates the job; without images and options, it is everything that needs no image and the network supports.</summary>
    private ExplanationJob CreateJob(ParseResult parse, TrainedModel model)
    {
        var network = model.Network;
        string[] files = parse.GetValue(_images) ?? [];
        string? layer = parse.GetValue(_featureMaps);
        bool maps = parse.GetResult(_featureMaps) is { Implicit: false };
        if (layer is { } value && File.Exists(value) && network.Nodes.All(n => n.Path != value))
        {
            (layer, files) = (null, [value, .. files]);
        }

        bool branches = parse.GetValue(_branches), blocks = parse.GetValue(_blocks), filters = parse.GetValue(_filters);
        bool isEmpty = files.Length == 0 && !(branches || blocks || filters || maps);
        bool hasBranches = BranchContributions.Modules(network).Count > 0, hasBlocks = BlockContributions.Sums(network).Count > 0;
        Require(branches && !hasBranches, network, "--branches", "parallel branches", n => BranchContributions.Modules(n).Count > 0);
        Require(blocks && !hasBlocks, network, "--blocks", "residual blocks", n => BlockContributions.Sums(n).Count > 0);
        var shown = maps ? layer is null ? Filters.FirstLayer(network) : network.Find(layer) : null;
        if (shown is not null)
        {
            ExplanationJob.RequireShowable(network, shown);
        }

        string? className = parse.GetValue(_class), camLayer = parse.GetValue(_layer);
        return new(model)
        {
            Files = ImagePaths.Expand(files),
            FeatureMaps = shown,
            GradCam = parse.GetValue(_gradCam) || camLayer is not null || className is not null || (files.Length > 0 && !maps),
            Layer = camLayer,
            Target = className is null ? null : FindClass(className, model.Classes),
            Branches = branches || (isEmpty && hasBranches),
            Blocks = blocks || (isEmpty && hasBlocks),
            Filters = filters || isEmpty,
            Source = new(parse.GetValue(_dataset))
            {
                DataDir = parse.GetValue(_dataDir),
                OnCorrupt = parse.GetValue(_onCorrupt) ?? default,
                Split = parse.GetValue(_split),
                ClassMap = parse.GetValue(_classMap),
                LimitTest = parse.GetValue(_limitTest),
            },
            Options = new() { BatchSize = parse.GetValue(_batchSize), Threads = parse.GetValue(_threads) },
        };
    }

    private static void Require(bool isMissing, Network network, string option, string what, Func<Network, bool> has)
    {
        if (isMissing)
        {
            var models = ModelCatalog.All.Where(m => has(m.Create(new ModelOptions()))).Select(m => m.Name);
            throw new LanewiseException($"{option}: {network.Name} has no {what}; models with {what}: {string.Join(", ", models)}.");
        }
    }

    private static int FindClass(string name, IReadOnlyList<string> classes)
    {
        int found = classes.ToList().FindIndex(c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? found
            : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < classes.Count ? index
            : throw new LanewiseException(
                $"--class {name}: the model has no such class{NearestName.Question(name, classes)} "
                + $"It has {classes.Count} classes, with indices 0 to {classes.Count - 1}.");
    }
}
