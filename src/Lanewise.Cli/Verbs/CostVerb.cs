using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise cost MODEL|RUN|FILE|NAME</c>.</summary>
internal sealed class CostVerb
{
    private const string Description =
        "Show the cost of a model layer by layer: parameters, MACs (of convolutions and linear layers, bias not counted), "
        + "activation memory, time.";

    private const string Examples =
        """
          lanewise cost inception                          every layer
          lanewise cost googlenet --depth 1                one row per module
          lanewise cost resnet18 --input 3x128x128 --time  with measured times
          lanewise cost residual --time --training         forward and backward
          lanewise cost runs/residual-1 --csv > layers.csv
          lanewise cost conv --input 192x28x28 --out 32 --kernel 5 --padding 2 --reduce 16
        """;

    private const int MaxBatchSize = 1024;

    private readonly Argument<string?> _model = new("MODEL|RUN|FILE|NAME")
    {
        Description = "Model ('lanewise models'), run folder or weights file written by Lanewise, or name of pretrained weights.",
        HelpName = "MODEL|RUN|FILE|NAME",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { SharedOptions.ModelNames, PretrainedCatalog.Names },
        CustomParser = result => ArgumentParsing.ParseText(result, "MODEL|RUN|FILE|NAME", CheckModel),
    };

    private readonly Option<Shape?> _input = ShapeOption.Input(
        OptionFactory.WithDefault("Channels, height and width of the input.", "the model's"));

    private readonly Option<int?> _classes = OptionFactory.Limit(
        "--classes", SettingLimits.MaxClasses, "Number of classes.", "the model's");

    private readonly Option<int?> _depth = OptionFactory.Limit(
        "--depth", "Sum up layers that share the first N parts of their names; 1 prints one row per module.", "one row per layer");

    private readonly Option<bool> _time = new("--time")
    {
        Description = "Measure the time of each layer on one thread; a layer fused into another counts there.",
    };

    private readonly Option<bool> _training = new("--training")
    {
        Description = "With --time: measure a training step, forward and backward.",
    };

    private readonly Option<int?> _batchSize = OptionFactory.Limit(
        "--batch-size", MaxBatchSize, "With --time: images per batch.", "the lane width");

    private readonly Option<bool> _json = SharedOptions.Json();

    private readonly Option<bool> _csv = new("--csv") { Description = "Print comma-separated values on stdout." };

    public static Command Create()
    {
        var options = new CostVerb();
        var verb = new Verb("cost", Description, Examples)
        {
            options._model, options._input, options._classes, options._depth, options._time, options._training, options._batchSize,
            options._json, options._csv,
            CostConvVerb.Create(),
        };
        verb.Validators.Add(options.Validate);
        verb.SetAction((parse, cancellation) => Task.Run(() => options.Run(parse, cancellation), CancellationToken.None));
        return verb;
    }

    private void Validate(CommandResult result)
    {
        // Values are not read here: an invalid one is reported by its own parser.
        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
        if (result.GetResult(_model) is null or { Tokens.Count: 0 })
        {
            string models = string.Join(", ", SharedOptions.ModelNames);
            result.AddError($"lanewise cost: specify a model ({models}), or conv for a single convolution.");
        }
        else if (IsGiven(_json) && IsGiven(_csv))
        {
            result.AddError("--json and --csv cannot be combined.");
        }
        else if (!IsGiven(_time) && (IsGiven(_training) || IsGiven(_batchSize)))
        {
            result.AddError("--training and --batch-size require --time.");
        }
    }

    private int Run(ParseResult parse, CancellationToken cancellation)
    {
        var network = CreateNetwork(parse.GetRequiredValue(_model)!, parse.GetValue(_classes), parse.GetValue(_input));
        var cost = NetworkCost.Of(network, parse.GetValue(_depth));
        var options = new LayerTimesOptions { BatchSize = parse.GetValue(_batchSize) ?? 0, Training = parse.GetValue(_training) };
        var times = parse.GetValue(_time) ? LayerTimes.Measure(network, options, cancellation) : null;
        var report = new CostReport(cost, times, parse.GetValue(_training));
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(report.Write);
        }
        else if (parse.GetValue(_csv))
        {
            report.PrintCsv();
        }
        else
        {
            report.Print();
        }

        return ExitCode.Done;
    }

    /// <summary>Returns the canonical name of a model, or a path unchanged.</summary>
    private static string CheckModel(string name) =>
        !IsModel(name) && (Path.Exists(name) || name.AsSpan().ContainsAny("./\\")) ? name
        // The cost of pretrained weights is that of their model; they need not be fetched.
        : ModelCatalog.Find(PretrainedCatalog.TryFind(name)?.Model ?? name).Name;

    private static bool IsModel(string name) => SharedOptions.ModelNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static Network CreateNetwork(string model, int? classes, Shape? input)
    {
        var card = IsModel(model) ? null : ReadCard(RunDirectory.FindModel(model, RunWeights.Last), input);
        if (card?.Network is { } own)
        {
            return classes is null && (input is null || input == own.Input) ? own : throw new LanewiseException(
                $"--classes, --input: {own.Name} is a network of its own, of fixed shape; omit them.");
        }

        var entry = ModelCatalog.Find(card?.Model ?? model);
        try
        {
            return entry.Create(new ModelOptions { Classes = classes ?? card?.Classes.Count, Input = input ?? card?.Input });
        }
        catch (LanewiseException e) when (input is { } shape)
        {
            throw new LanewiseException(
                $"--input {shape}: {entry.Name}, designed for {entry.Transform.Input}, does not support this shape; "
                + $"choose another. {e.Message}",
                e);
        }
    }

    private static ModelCard ReadCard(string path, Shape? input) => PretrainedFile.IsOnnx(path)
        ? ModelFile.From(PretrainedFile.ReadTensors(path, input is { } shape ? new Size2d(shape.Height, shape.Width) : null), path).Card
        : ModelCard.FromMetadata(WeightsFile.Read(path).Metadata, path)
        ?? throw new LanewiseException(
            $"{path}: the file does not name its model, since it was not written by Lanewise; "
            + $"specify the model instead, as in: lanewise cost {SharedOptions.ModelNames[0]}");
}
