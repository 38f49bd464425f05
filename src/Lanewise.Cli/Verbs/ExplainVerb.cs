using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Analysis;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Models;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise explain CHECKPOINT [IMAGE…]</c>.</summary>
internal sealed class ExplainVerb
{
    private const string Examples =
        """
          lanewise explain runs/inception-1                       branches, blocks and filters, over the test set
          lanewise explain runs/inception-1 six.png               where the network looks
          lanewise explain runs/inception-1 six.png --class 8     what speaks for an 8
          lanewise explain runs/inception-1 six.png --feature-maps=conv2
          lanewise explain runs/inception-1 --branches --limit-test 1000 --json
        """;

    private readonly Argument<string> _checkpoint = Options.Checkpoint();
    private readonly Argument<string[]> _images = new("IMAGE")
    {
        Description = "Images of any size and colour: PNG, JPEG, BMP, WEBP, GIF.",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = result => Options.ParseTexts(result, "IMAGE"),
    };

    private readonly Option<bool> _gradCam = new("--grad-cam") { Description = "Show where the network looks in each image; the default when images are named." };
    private readonly Option<string?> _layer = Options.Text("--layer", "LAYER", "Grad-CAM: the layer whose values are weighed; by default the last with more than one pixel.");
    private readonly Option<string?> _class = Options.Text("--class", "NAME|N", "Grad-CAM: the class to look for, by name or by its number from 0; by default each image's likeliest.");
    private readonly Option<bool> _branches = new("--branches") { Description = "Measure what each branch of the Inception modules contributes, over the test set." };
    private readonly Option<bool> _blocks = new("--blocks") { Description = "Measure what each residual block adds to its shortcut, over the test set." };
    private readonly Option<string?> _featureMaps = new("--feature-maps")
    {
        Description = "Show what a layer makes of each image, channel by channel; without LAYER the first convolution.",
        HelpName = "LAYER",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _filters = new("--filters") { Description = "Show the kernels of the first convolution." };
    private readonly Option<string?> _output = Options.Text("--output", "FOLDER", "Where images and page are written; by default explain in the run folder, or NAME-explain beside the file.");
    private readonly Option<string?> _model = Options.Model();
    private readonly Option<string?> _dataset = Options.Dataset("What to measure on; by default what the model was trained on. folder:PATH for the images in PATH/val/CLASS.");
    private readonly Option<string?> _dataDir = Options.DataDir();
    private readonly Option<int?> _limitTest = Options.Limit("--limit-test", "Measure on the first N images only.");
    private readonly Option<int> _batchSize = Options.BatchSize(256, "Images that are worked on together.");
    private readonly Option<int> _threads = Options.Threads();
    private readonly InputOptions _input = new();
    private readonly Option<CorruptImagePolicy?> _onCorrupt = Options.OnCorrupt();
    private readonly Option<bool> _json = Options.Json();

    public static Command Create()
    {
        var options = new ExplainVerb();
        var verb = new Verb("explain", "Show where a model looks in images, what its branches and blocks contribute, and what its layers see.", Examples)
        {
            options._checkpoint, options._images, options._gradCam, options._layer, options._class, options._branches, options._blocks, options._featureMaps,
            options._filters, options._output, options._model, options._dataset, options._dataDir, options._limitTest, options._batchSize, options._threads,
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

    /// <summary>Options that say what to do with images need one.</summary>
    private void RequireImages(CommandResult result)
    {
        // An image may stand behind --feature-maps, where it is taken for the layer; that is sorted out when the network is known.
        bool named = result.GetResult(_images) is { Tokens.Count: > 0 } || result.GetResult(_featureMaps) is { Tokens.Count: > 0 };
        foreach (var option in (Option[])[_gradCam, _layer, _class, _featureMaps])
        {
            if (!named && result.GetResult(option) is { Implicit: false })
            {
                result.AddError($"{option.Name} needs an image; name one behind CHECKPOINT.");
            }
        }
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string checkpoint = parse.GetRequiredValue(_checkpoint);
        var model = RunModel.Load(checkpoint, parse.GetValue(_model), _input.Read(parse));
        var wanted = Read(parse, model.Network);
        int? target = parse.GetValue(_class) is { } name ? FindClass(name, model.Classes) : null;
        var images = wanted.Images.Length > 0 ? model.Read(wanted.Images, cancellation) : null;
        var cam = wanted.GradCam
            ? new GradCam(model.Network, model.Weights, new PlanOptions { BatchSize = 1, Threads = parse.GetValue(_threads) }, parse.GetValue(_layer))
            : null;
        var splits = wanted.Branches || wanted.Blocks
            ? await RunData.LoadAsync(parse.GetValue(_dataset) ?? model.File.Card.Dataset, parse.GetValue(_dataDir), parse.GetValue(_onCorrupt) ?? default, null, parse.GetValue(_limitTest), cancellation).ConfigureAwait(false)
            : null;
        if (splits is not null)
        {
            model.RequireClassesOf(splits);
        }

        var folder = ExplainFolder.Create(parse.GetValue(_output), checkpoint);
        var explanation = await Task.Run(() => Explain(parse, model, wanted, splits, folder, (images, cam, target), cancellation), cancellation).ConfigureAwait(false);
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

    private Explanation Explain(
        ParseResult parse, RunModel model, Wanted wanted, DatasetSplits? splits, ExplainFolder folder, (PreparedImages? Images, GradCam? Cam, int? Target) looked, CancellationToken cancellation)
    {
        using var display = new ContributionDisplay();
        var options = splits is null ? null : new ContributionOptions(splits.Test, model.Preprocessing)
        {
            BatchSize = parse.GetValue(_batchSize),
            Threads = parse.GetValue(_threads),
            Progress = display,
        };
        var files = new ExplainImages(model, folder);
        var images = new List<ExplainedImage>();
        for (int i = 0; i < wanted.Images.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            images.Add(files.Explain(looked.Images!, i, looked.Cam, looked.Target, wanted.FeatureMaps));
        }

        return new(model, folder)
        {
            Dataset = splits?.Name,
            Total = splits?.Test.Count ?? 0,
            Branches = wanted.Branches ? BranchContributions.Measure(model.Network, model.Weights, options!, cancellation) : null,
            Blocks = wanted.Blocks ? BlockContributions.Measure(model.Network, model.Weights, options!, cancellation) : null,
            Images = images,
            Filters = wanted.Filters ? files.Filters() : null,
        };
    }

    /// <summary>What is to be done. Without an image and a word: what needs no image and the network has.</summary>
    private Wanted Read(ParseResult parse, Network network)
    {
        string[] images = parse.GetValue(_images) ?? [];
        string? layer = parse.GetValue(_featureMaps);
        bool maps = parse.IsGiven(_featureMaps);
        if (layer is { } word && File.Exists(word) && network.Nodes.All(n => n.Path != word))
        {
            // An image behind the option, not its layer.
            (layer, images) = (null, [word, .. images]);
        }

        bool branches = parse.GetValue(_branches), blocks = parse.GetValue(_blocks), filters = parse.GetValue(_filters);
        bool nothing = images.Length == 0 && !(branches || blocks || filters || maps);
        bool hasBranches = BranchContributions.Modules(network).Count > 0, hasBlocks = BlockContributions.Sums(network).Count > 0;
        Require(branches && !hasBranches, network, "--branches", "parallel branches", n => BranchContributions.Modules(n).Count > 0);
        Require(blocks && !hasBlocks, network, "--blocks", "residual blocks", n => BlockContributions.Sums(n).Count > 0);
        var shown = maps ? layer is null ? Filters.FirstLayer(network) : network.Find(layer) : null;
        if (shown is not null)
        {
            ExplainImages.RequireShowable(network, shown);
        }

        return new(images, shown)
        {
            GradCam = parse.GetValue(_gradCam) || parse.IsGiven(_layer) || parse.IsGiven(_class) || (images.Length > 0 && !maps),
            Branches = branches || (nothing && hasBranches),
            Blocks = blocks || (nothing && hasBlocks),
            Filters = filters || nothing,
        };
    }

    private static void Require(bool missing, Network network, string option, string what, Func<Network, bool> has)
    {
        if (missing)
        {
            var models = ModelCatalog.All.Where(m => has(m.Create(new ModelOptions()))).Select(m => m.Name);
            throw new LanewiseException($"{option}: {network.Name} has no {what}; models that have them: {string.Join(", ", models)}.");
        }
    }

    private static int FindClass(string name, IReadOnlyList<string> classes)
    {
        int found = classes.ToList().FindIndex(c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? found
            : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < classes.Count ? number
            : throw new LanewiseException($"--class {name}: the model has no such class; it has {classes.Count}, numbered from 0 to {classes.Count - 1}{NearestName.Question(name, classes)}");
    }

    /// <summary>What is to be done.</summary>
    /// <param name="Images">The images.</param>
    /// <param name="FeatureMaps">The layer whose channels are shown; null for none.</param>
    private sealed record Wanted(string[] Images, Node? FeatureMaps)
    {
        public bool GradCam { get; init; }

        public bool Branches { get; init; }

        public bool Blocks { get; init; }

        public bool Filters { get; init; }
    }
}
