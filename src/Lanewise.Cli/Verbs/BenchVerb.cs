using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise bench [MODEL…]</c>.</summary>
internal sealed class BenchVerb
{
    private const string Description =
        "Measure the training and inference throughput of models in images/s and in percent of the processor's FMA peak. "
        + "GFLOP/s count the operations of direct convolution, including those on padding; "
        + "Winograd performs fewer, so the percentage can exceed 100 %.";

    private const string Examples =
        """
          lanewise bench                                     inception and residual, training and inference
          lanewise bench resnet18 --mode infer -b 1          batch size 1
          lanewise bench inception --layers --mode train     time per kernel call
          lanewise bench residual --algorithm direct --threads 1
          lanewise bench --json > results.json
        """;

    private const double DefaultSeconds = 2, MaxSeconds = 3600;
    private static readonly string[] DefaultModels = ["inception", "residual"];

    private readonly Argument<string[]> _models = new("MODEL")
    {
        Description = OptionFactory.WithDefault("Models to measure; 'lanewise models' lists them.", string.Join(" ", DefaultModels)),
        HelpName = "MODEL",
        Arity = ArgumentArity.ZeroOrMore,
        CompletionSources = { SharedOptions.ModelNames },
        CustomParser = ParseModels,
    };

    private readonly Option<BenchMode?> _mode = OptionFactory.Choice("--mode", "mode", BenchMode.Both, "Passes to measure");

    private readonly Option<int?> _batchSize = OptionFactory.Limit(
        "--batch-size", SettingLimits.MaxBatchSize, "Images per step.", "64, or 16 for models with 224×224 inputs");

    private readonly Option<int> _threads = SharedOptions.Threads("Number of threads, also of the peak measurement.");

    private readonly Option<double?> _seconds = OptionFactory.Number(
        "--seconds", s => s is > 0 and <= MaxSeconds, $"a number above 0, at most {MaxSeconds}",
        "Duration of each measurement, without the warm-up.", $"{DefaultSeconds}");

    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();

    private readonly Option<bool> _tune = SharedOptions.Tune();

    private readonly Option<bool> _layers = new("--layers")
    {
        Description = "Also measure each kernel call on one thread: tile, time and share of the step.",
    };

    private readonly Option<int> _lanes = new("--lanes")
    {
        Description = OptionFactory.WithDefault("Lane width: 16, 8, 4 or 1, if the processor supports it, or 0 for the widest.", "0"),
        HelpName = "N",
        CustomParser = ParseLanes,
    };

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new BenchVerb();
        options._batchSize.Aliases.Add("-b");
        var verb = new Verb("bench", Description, Examples)
        {
            options._models, options._mode, options._batchSize, options._threads, options._seconds, options._algorithm, options._tune,
            options._layers, options._lanes, options._json,
        };
        verb.SetAction((parse, cancellation) => Task.Run(() => options.Run(parse, cancellation), CancellationToken.None));
        return verb;
    }

    private int Run(ParseResult parse, CancellationToken cancellation)
    {
        var options = new ThroughputOptions
        {
            BatchSize = parse.GetValue(_batchSize) ?? 0,
            Threads = parse.GetValue(_threads),
            LaneWidth = parse.GetValue(_lanes),
            Algorithm = parse.GetValue(_algorithm) ?? default,
            Tuning = SharedOptions.TuningOf(parse, _tune),
            Duration = TimeSpan.FromSeconds(parse.GetValue(_seconds) ?? DefaultSeconds),
        };
        string[] models = parse.GetValue(_models) is { Length: > 0 } names ? names : DefaultModels;
        var mode = parse.GetValue(_mode) ?? BenchMode.Both;
        bool layers = parse.GetValue(_layers);
        var peak = ProcessorPeak.Measure(options.LaneWidth, options.Threads);
        if (peak.Doubt is { } doubt)
        {
            Terminal.Notice($"note: {doubt}");
        }

        var report = new BenchReport(options, peak, layers ? ProcessorPeak.Measure(options.LaneWidth, threads: 1) : null)
        {
            Results = [.. models.SelectMany(model => Measure(model, mode, options, layers, cancellation))],
        };
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(report.Write);
        }
        else
        {
            report.Print();
        }

        return ExitCode.Done;
    }

    private static IEnumerable<BenchResult> Measure(
        string model, BenchMode mode, ThroughputOptions options, bool layers, CancellationToken cancellation)
    {
        var network = ModelCatalog.Find(model).Create(new ModelOptions());
        BenchMode[] modes = mode == BenchMode.Both ? [BenchMode.Train, BenchMode.Infer] : [mode];
        foreach (var one in modes)
        {
            if (Terminal.IsLive)
            {
                Terminal.Notice($"measuring {model}, {EnumNames.Of(one)} …");
            }

            var modeOptions = options with { Training = one == BenchMode.Train };
            var speed = Throughput.Measure(network, modeOptions, cancellation);
            yield return new(network, one, speed, layers ? KernelTimes.Measure(network, modeOptions, cancellation) : null);
        }
    }

    private static string[] ParseModels(ArgumentResult result)
    {
        try
        {
            return [.. result.Tokens.Select(token => ModelCatalog.Find(token.Value).Name).Distinct(StringComparer.Ordinal)];
        }
        catch (LanewiseException e)
        {
            result.AddError(Advice.Explain(e));
            return [];
        }
    }

    private static int ParseLanes(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, out int lanes) && (lanes == 0 || Processor.LaneWidths.Contains(lanes)))
        {
            return lanes;
        }

        string widths = string.Join(", ", Processor.LaneWidths);
        result.AddError($"--lanes {text}: expected {widths}, which this processor supports, or 0 for the widest.");
        return 0;
    }
}
