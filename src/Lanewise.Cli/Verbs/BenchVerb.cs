using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Analysis;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Models;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise bench [MODEL…]</c>.</summary>
internal sealed class BenchVerb
{
    private const string Examples =
        """
          lanewise bench                                     inception and residual, training and inference
          lanewise bench resnet18 --mode infer -b 1          one image at a time
          lanewise bench inception --layers --mode train     which kernel takes how long
          lanewise bench residual --algorithm direct --threads 1
          lanewise bench --json > figures.json
        """;

    private const double MaxSecondsLength = 3600;
    private static readonly string[] OrdinaryModels = ["inception", "residual"];

    private readonly Argument<string[]> _models = new("MODEL")
    {
        Description = $"Which of those that 'lanewise models' lists; {string.Join(" and ", OrdinaryModels)} if none is named.",
        HelpName = "MODEL",
        Arity = ArgumentArity.ZeroOrMore,
        CompletionSources = { Options.ModelNames },
        CustomParser = ParseModels,
    };

    private readonly Option<BenchMode?> _mode = Options.Choice("--mode", "mode", BenchMode.Both, "What to measure");
    private readonly Option<int?> _batchSize = Options.Limit("--batch-size", Options.LargestBatch, "Images in a step; if not given 64, and 16 for models of 224×224.");
    private readonly Option<int> _threads = Options.Threads("Threads, for the peak too.");
    private readonly Option<double?> _seconds = Options.Number("--seconds", s => s is > 0 and <= MaxSecondsLength, $"a number above 0, at most {MaxSecondsLength}", "How long to measure each model and mode, warm-up not counted; 2 if not given.");
    private readonly Option<Conv2dAlgorithm?> _algorithm = Options.Algorithm();
    private readonly Option<bool> _layers = new("--layers") { Description = "Tell of every kernel call too, measured on one thread: its tile, its time, its share." };
    private readonly Option<int> _lanes = new("--lanes")
    {
        Description = $"Images side by side in a vector: {string.Join(", ", Processor.LaneWidths)}; 0 (the default) for the most.",
        HelpName = "N",
        CustomParser = result => ParseLanes(result.Tokens[0].Value, result.AddError),
    };

    private readonly Option<bool> _json = Options.Json();

    public static Command Create()
    {
        var options = new BenchVerb();
        options._batchSize.Aliases.Add("-b");
        var verb = new Verb(
            "bench",
            "Measure how fast models train and infer, beside what the processor can do at most. GFLOP/s count direct arithmetic, zeros of a padding included; Winograd's way does less of it, so a share can be above 100 %.",
            Examples)
        {
            options._models, options._mode, options._batchSize, options._threads, options._seconds, options._algorithm, options._layers, options._lanes, options._json,
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
            Duration = TimeSpan.FromSeconds(parse.GetValue(_seconds) ?? 2),
        };
        string[] models = parse.GetValue(_models) is { Length: > 0 } named ? named : OrdinaryModels;
        bool layers = parse.GetValue(_layers);
        var peak = ProcessorPeak.Measure(options.LaneWidth, options.Threads);
        if (peak.Doubt is { } doubt)
        {
            Terminal.Notice($"note: {doubt}");
        }

        var report = new BenchReport(options, peak, layers ? ProcessorPeak.Measure(options.LaneWidth, threads: 1) : null)
        {
            Results = [.. models.SelectMany(model => Measure(model, parse.GetValue(_mode) ?? BenchMode.Both, options, layers, cancellation))],
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

    private static IEnumerable<BenchResult> Measure(string model, BenchMode mode, ThroughputOptions options, bool layers, CancellationToken cancellation)
    {
        var network = ModelCatalog.Find(model).Create(new ModelOptions());
        BenchMode[] modes = mode == BenchMode.Both ? [BenchMode.Train, BenchMode.Infer] : [mode];
        foreach (var one in modes)
        {
            if (Terminal.ErrorIsTerminal)
            {
                Terminal.Notice($"measuring {model}, {Word.Of(one)} …");
            }

            var own = options with { Training = one == BenchMode.Train };
            var speed = Throughput.Measure(network, own, cancellation);
            yield return new(network, one, speed, layers ? KernelTimes.Measure(network, own, cancellation) : null);
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

    private static int ParseLanes(string text, Action<string> refuse)
    {
        if (int.TryParse(text, out int lanes) && (lanes == 0 || Processor.LaneWidths.Contains(lanes)))
        {
            return lanes;
        }

        refuse($"--lanes {text}: this processor has {string.Join(", ", Processor.LaneWidths)}; choose one of these, or 0 for the most.");
        return 0;
    }
}

/// <summary>What is measured.</summary>
internal enum BenchMode
{
    /// <summary>Training and inference.</summary>
    Both,

    /// <summary>Training.</summary>
    Train,

    /// <summary>Inference.</summary>
    Infer,
}

/// <summary>What was measured of a model.</summary>
/// <param name="Network">The model.</param>
/// <param name="Mode">Training or inference.</param>
/// <param name="Speed">How fast it is.</param>
/// <param name="Calls">What each kernel call takes; null where nobody asked.</param>
internal sealed record BenchResult(Network Network, BenchMode Mode, Throughput Speed, IReadOnlyList<KernelTime>? Calls);
