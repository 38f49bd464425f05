using System.CommandLine;
using Lanewise.Analysis;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Models;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise cost MODEL</c>.</summary>
internal sealed class CostVerb
{
    private const string Examples =
        """
          lanewise cost inception                          every layer
          lanewise cost googlenet --depth 1                each module in one line
          lanewise cost resnet18 --input 3x128x128 --time  measured too
          lanewise cost residual --time --training         the training step
          lanewise cost runs/residual-1 --csv > layers.csv
          lanewise cost conv --input 192x28x28 --out 32 --kernel 5 --padding 2 --reduce 16
        """;

    private const int LargestBatch = 1024;

    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = "One of those that 'lanewise models' lists, or a run folder or file of weights that Lanewise wrote.",
        HelpName = "MODEL",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { Options.ModelNames },
        CustomParser = result => Options.ParseText(result, "MODEL", CheckModel),
    };

    private readonly Option<Shape?> _input = ShapeOption.Input("Channels, height and width of the image; by default the model's own.");
    private readonly Option<int?> _classes = Options.Limit("--classes", RunArguments.MaxClasses, "Classes; by default as many as the paper has.");
    private readonly Option<int?> _depth = Options.Limit("--depth", "How many parts of a layer's name to tell apart: 1 sums each module up in one line; by default every layer has its own.");
    private readonly Option<bool> _time = new("--time") { Description = "Measure each layer too, on one thread; what is folded into another layer counts there." };
    private readonly Option<bool> _training = new("--training") { Description = "With --time: measure the training step, forward and backward." };
    private readonly Option<int?> _batchSize = Options.Limit("--batch-size", LargestBatch, "With --time: images that go through together; by default one a lane.");
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<bool> _csv = new("--csv") { Description = "Print comma-separated values on stdout." };

    public static Command Create()
    {
        var options = new CostVerb();
        var verb = new Verb("cost", "Tell what a model costs, layer by layer: parameters, MACs (of convolutions and linear layers, bias not counted), memory, time.", Examples)
        {
            options._model, options._input, options._classes, options._depth, options._time, options._training, options._batchSize, options._json, options._csv,
            CostConvVerb.Create(),
        };
        verb.Validators.Add(result =>
        {
            // Values are not asked for: one that is wrong has its own message.
            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
            if (result.GetResult(options._model) is null or { Tokens.Count: 0 })
            {
                result.AddError($"cost: name a model ({string.Join(", ", Options.ModelNames)}), or conv for a single convolution.");
            }
            else if (IsGiven(options._json) && IsGiven(options._csv))
            {
                result.AddError("--json, --csv: leave one of the two out.");
            }
            else if (!IsGiven(options._time) && (IsGiven(options._training) || IsGiven(options._batchSize)))
            {
                result.AddError("--training, --batch-size: they say how to measure; add --time.");
            }
        });
        verb.SetAction((parse, cancellation) => Task.Run(() => options.Run(parse, cancellation), CancellationToken.None));
        return verb;
    }

    private int Run(ParseResult parse, CancellationToken cancellation)
    {
        var network = CreateNetwork(parse.GetRequiredValue(_model)!, parse.GetValue(_classes), parse.GetValue(_input));
        var cost = NetworkCost.Of(network, parse.GetValue(_depth));
        var times = parse.GetValue(_time)
            ? LayerTimes.Measure(network, new LayerTimesOptions { BatchSize = parse.GetValue(_batchSize) ?? 0, Training = parse.GetValue(_training) }, cancellation)
            : null;
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

    /// <summary>A model's name in its usual spelling, or what looks like a path.</summary>
    private static string CheckModel(string name) =>
        !IsModel(name) && (Path.Exists(name) || name.AsSpan().ContainsAny("./\\")) ? name : ModelCatalog.Find(name).Name;

    private static bool IsModel(string name) => Options.ModelNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static Network CreateNetwork(string model, int? classes, Shape? input)
    {
        var card = IsModel(model) ? null : ReadCard(RunFolder.FindModel(model));
        var entry = ModelCatalog.Find(card?.Model ?? model);
        try
        {
            return entry.Create(new ModelOptions { Classes = classes ?? card?.Classes.Count, Input = input ?? card?.Preprocessing.Input });
        }
        catch (LanewiseException e) when (input is { } given)
        {
            throw new LanewiseException($"--input {given}: {entry.Name}, made for {entry.Preprocessing.Input}, cannot take it; choose another size. {e.Message}", e);
        }
    }

    private static ModelCard ReadCard(string path) => ModelCard.FromMetadata(WeightsFile.Read(path).Metadata, path)
        ?? throw new LanewiseException($"{path}: the file does not say which model it holds, since it was not written by Lanewise; name the model itself, as in: lanewise cost {Options.ModelNames[0]}");
}
