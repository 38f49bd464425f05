using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Engine;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise plan MODEL|RUN|FILE|NAME</c>.</summary>
internal sealed class PlanVerb
{
    private const string Description =
        "Show how a model is compiled for this processor: memory layout, order of execution, kernel calls with the algorithm of each "
        + "convolution and what it was chosen from, memory. Nothing is run.";

    private const string Examples =
        """
          lanewise plan resnet20                        inference of a batch of 64
          lanewise plan resnet20 --training             forward and backward
          lanewise plan resnet18 -b 1 --threads 1       one image at a time
          lanewise plan inception --values              where every activation is in memory, and for how long
          lanewise plan residual --training --passes    the intermediate form after each pass
          lanewise plan runs/residual-1 --json > plan.json
        """;

    private const int DefaultBatchSize = 64;

    private readonly NetworkOptions _network = new("plan");

    private readonly Option<bool> _training = new("--training") { Description = "Show a training step, forward and backward." };

    private readonly Option<int> _batchSize = SharedOptions.BatchSize(DefaultBatchSize, "Images per batch.");

    private readonly Option<int> _threads = SharedOptions.Threads("Number of threads.");

    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();

    private readonly Option<bool> _tune = SharedOptions.Tune();

    private readonly Option<bool> _values = new("--values") { Description = "Also list the values, with their memory and their lifetime." };

    private readonly Option<bool> _passes = new("--passes") { Description = "Show the intermediate form after each pass instead." };

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new PlanVerb();
        var verb = new Verb("plan", Description, Examples)
        {
            options._network.Model, options._network.Input, options._network.Classes, options._training, options._batchSize,
            options._threads, options._algorithm, options._tune, options._values, options._passes, options._json,
        };
        verb.Validators.Add(options.Validate);
        verb.SetAction(options.Run);
        return verb;
    }

    private void Validate(CommandResult result)
    {
        if (!_network.IsGiven(result))
        {
            result.AddError($"lanewise plan: specify a model ({string.Join(", ", SharedOptions.ModelNames)}).");
        }
        else if (result.GetResult(_tune) is { Implicit: false } && result.GetResult(_training) is { Implicit: false })
        {
            result.AddError("--tune and --training cannot be combined: training takes the same algorithms on every processor.");
        }
    }

    private int Run(ParseResult parse)
    {
        var options = new PlanOptions
        {
            BatchSize = parse.GetValue(_batchSize),
            Training = parse.GetValue(_training),
            Threads = parse.GetValue(_threads),
            Algorithm = parse.GetValue(_algorithm) ?? default,
            Tuning = SharedOptions.TuningOf(parse, _tune),
        };
        var report = new PlanReport(new PlanDescription(_network.Create(parse), options), options);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(report.Write);
        }
        else if (parse.GetValue(_passes))
        {
            report.PrintPasses();
        }
        else
        {
            report.Print(parse.GetValue(_values));
        }

        return ExitCode.Done;
    }
}
