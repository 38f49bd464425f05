using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;

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

    private readonly NetworkOptions _network = new("cost");

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
            options._network.Model, options._network.Input, options._network.Classes, options._depth, options._time, options._training,
            options._batchSize, options._json, options._csv,
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
        if (!_network.IsGiven(result))
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
        var network = _network.Create(parse);
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
}
