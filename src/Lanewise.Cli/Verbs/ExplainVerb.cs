using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise explain RUN|FILE [IMAGE…]</c>.</summary>
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

    private readonly Option<string?> _dataset = SharedOptions.TestDataset();

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();

    private readonly Option<int?> _limitTest = OptionFactory.Limit("--limit-test", "Evaluate on the first N images only.");

    private readonly Option<int> _batchSize = SharedOptions.BatchSize(RunModel.DefaultBatchSize, "Images per batch.");

    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly InputOptions _input = new();

    private readonly Option<CorruptImagePolicy?> _onCorrupt = SharedOptions.OnCorrupt();

    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>The explanations to compute.</summary>
    /// <param name="Files">The image files.</param>
    /// <param name="FeatureMaps">The layer whose feature maps are shown; null for none.</param>
    private sealed record Request(string[] Files, Node? FeatureMaps)
    {
        public bool GradCam { get; init; }

        public bool Branches { get; init; }

        public bool Blocks { get; init; }

        public bool Filters { get; init; }
    }

    /// <summary>The prepared images, and how Grad-CAM is computed for them.</summary>
    private sealed record ImageInputs(PreparedImages? Images, GradCam? GradCam, int? Target);

    public static Command Create()
    {
        var options = new ExplainVerb();
        var verb = new Verb(
            "explain", "Explain a model: Grad-CAM, contributions of branches and residual blocks, feature maps, filters.", Examples)
        {
            options._run, options._images, options._gradCam, options._layer, options._class, options._branches, options._blocks,
            options._featureMaps, options._filters, options._output, options._model, options._dataset, options._dataDir,
            options._limitTest, options._batchSize, options._threads, options._onCorrupt, options._json,
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
                result.AddError($"{option.Name} requires an image; add one after RUN|FILE.");
            }
        }
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string run = parse.GetRequiredValue(_run);
        var model = RunModel.Load(run, parse.GetValue(_model), _input.Read(parse));
        var request = Read(parse, model.Network);
        var inputs = ReadImages(parse, model, request, cancellation);
        var splits = request.Branches || request.Blocks ? await LoadDatasetAsync(parse, model, cancellation).ConfigureAwait(false) : null;
        if (splits is not null)
        {
            model.RequireClassesOf(splits);
        }

        var folder = ExplainFolder.Create(parse.GetValue(_output), run);
        var explanation = await Task.Run(() => Explain(parse, model, request, splits, folder, inputs, cancellation), cancellation)
            .ConfigureAwait(false);
        explanation.SavePage();
        Terminal.Notice(explanation.Summary);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(explanation.Write);
        }
        else
        {
            explanation.Print();
        }

        return ExitCode.Done;
    }

    private ImageInputs ReadImages(ParseResult parse, RunModel model, Request request, CancellationToken cancellation)
    {
        int? target = parse.GetValue(_class) is { } name ? FindClass(name, model.Classes) : null;
        var images = request.Files.Length > 0 ? model.Read(request.Files, cancellation) : null;
        var options = new PlanOptions { BatchSize = 1, Threads = parse.GetValue(_threads) };
        var gradCam = request.GradCam ? new GradCam(model.Network, model.Weights, options, parse.GetValue(_layer)) : null;
        return new(images, gradCam, target);
    }

    private Task<DatasetSplits> LoadDatasetAsync(ParseResult parse, RunModel model, CancellationToken cancellation) => RunData.LoadAsync(
        parse.GetValue(_dataset) ?? model.File.Card.Dataset, parse.GetValue(_dataDir), parse.GetValue(_onCorrupt) ?? default,
        limitTrain: null, parse.GetValue(_limitTest), cancellation);

    private Explanation Explain(
        ParseResult parse, RunModel model, Request request, DatasetSplits? splits, ExplainFolder folder, ImageInputs inputs,
        CancellationToken cancellation)
    {
        using var display = new ContributionDisplay();
        var options = splits is null ? null : new ContributionOptions(splits.Test, model.Transform)
        {
            BatchSize = parse.GetValue(_batchSize),
            Threads = parse.GetValue(_threads),
            Progress = display,
        };
        var files = new ExplainImages(model, folder);
        var images = new List<ExplainedImage>();
        for (int i = 0; i < request.Files.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            images.Add(files.Explain(inputs.Images!, i, inputs.GradCam, inputs.Target, request.FeatureMaps));
        }

        return new(model, folder)
        {
            Dataset = splits?.Name,
            Total = splits?.Test.Count ?? 0,
            Branches = request.Branches ? BranchContributions.Measure(model.Network, model.Weights, options!, cancellation) : null,
            Blocks = request.Blocks ? BlockContributions.Measure(model.Network, model.Weights, options!, cancellation) : null,
            Images = images,
            Filters = request.Filters ? files.Filters() : null,
        };
    }

    /// <summary>Reads the request; without images and options, it is everything that needs no image and the network supports.</summary>
    private Request Read(ParseResult parse, Network network)
    {
        string[] files = parse.GetValue(_images) ?? [];
        string? layer = parse.GetValue(_featureMaps);
        bool maps = parse.IsGiven(_featureMaps);
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
            ExplainImages.RequireShowable(network, shown);
        }

        return new(files, shown)
        {
            GradCam = parse.GetValue(_gradCam) || parse.IsGiven(_layer) || parse.IsGiven(_class) || (files.Length > 0 && !maps),
            Branches = branches || (isEmpty && hasBranches),
            Blocks = blocks || (isEmpty && hasBlocks),
            Filters = filters || isEmpty,
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
